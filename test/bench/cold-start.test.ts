import { coldStartOf, coldStartTable, measureColdStart } from '../../bench/cold-start';

jest.setTimeout(60_000);

test('given an import of 100 ms on a whole core, then at 256 MB a million calls, one of a hundred cold, cost 0.02 USD more', () => {
  const cold = coldStartOf(1_024, 100, 256);
  // 1,769 MB are a core: 691.02 ms, of which each begun one is billed.
  expect(cold.billedMs).toBe(692);
  expect(cold.usdEach).toBeCloseTo(0.692 * 0.25 * 0.0000133334, 10);
  expect(cold.usdPerMillion).toBeCloseTo(0.0231, 4);
  expect(coldStartTable(cold).rows[0]).toEqual(['1', '100.0', '692', '0.00000231', '0.023']);
});

test('what is imported is the bundle that is deployed', async () => {
  const { bytes, importMs, memoryMb } = await measureColdStart(1);
  expect(bytes).toBeGreaterThan(200_000);
  expect(importMs).toBeGreaterThan(1);
  expect(memoryMb).toBeGreaterThanOrEqual(128);
});
