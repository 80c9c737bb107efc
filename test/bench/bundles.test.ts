import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUDGETS, type Bundle, buildBundles, deployedOptions } from '../../bench/bundles';

let folder: string;
let bundles: Bundle[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'ordered-replay-budgets-'));
  bundles = await buildBundles(folder);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

test.each(Object.entries(BUDGETS))('the bundle %s stays within %d bytes', (name, budget) => {
  const bytes = bundles.find((bundle) => bundle.name === name)?.bytes;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(budget);
});
