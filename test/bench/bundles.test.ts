import { BUDGETS, deployedOptions, type ImportedBundle, importedBundles } from '../../bench/bundles';
import { coldStartTable } from '../../bench/cost';
import { coldStartOf, memorySizes } from '../../bench/lambda';

jest.setTimeout(60_000);

let bundles: ImportedBundle[];
beforeAll(async () => {
  bundles = await importedBundles(1);
});

test('the options are those of the stack', async () => {
  expect(await deployedOptions()).toEqual({
    bundle: true,
    minify: true,
    sourcemap: false,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
});

test.each(Object.entries(BUDGETS))(
  'the bundle %s can be loaded and stays within %d bytes',
  (name, budget) => {
    const { bytes, importMs } = bundles.find((bundle) => bundle.name === name) as ImportedBundle;
    expect(bytes).toBeGreaterThan(budget / 2);
    expect(bytes).toBeLessThanOrEqual(budget);
    expect(importMs).toBeGreaterThan(0);
  },
);

test('given an import of 100 ms on a whole core, then at 256 MB a million calls, one of a hundred cold, cost 0.02 USD more', () => {
  const cold = coldStartOf(1_024, 100, 256);
  // 1,769 MB are a core: 691.02 ms, of which each begun one is billed.
  expect(cold.billedMs).toBe(692);
  expect(cold.usdEach).toBeCloseTo(0.692 * 0.25 * 0.0000133334, 10);
  expect(cold.usdPerMillion).toBeCloseTo(0.0231, 4);
  expect(coldStartTable(cold).rows[0]).toEqual(['1', '100.0', '692', '0.00000231', '0.023']);
});

test('the memory sizes are those of the stack', async () => {
  expect(await memorySizes()).toEqual({ collect: 256, sequence: 256 });
});
