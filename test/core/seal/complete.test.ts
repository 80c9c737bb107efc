import fc from 'fast-check';
import { sealableAtMs, settledAtMs } from '../../../src/core/seal/complete';
import { DEFAULT_SETTINGS, settleMs } from '../../../src/core/settings';

const settings = DEFAULT_SETTINGS;
const instant = fc.integer({ min: 0, max: 4_000_000 });

test('R1: given COMPLETED and the newest arrival, then the settle time counts from the later of COMPLETED and the last first attempt', () => {
  fc.assert(
    fc.property(instant, instant, (completedAtMs, lastArrivalAtMs) => {
      const settledMs = settledAtMs({ lastArrivalAtMs, completedAtMs }, settings);
      expect(settledMs).toBeGreaterThanOrEqual(completedAtMs + settleMs(settings));
      expect(settledMs).toBeGreaterThanOrEqual(lastArrivalAtMs + 5_000 + 15_000 + settleMs(settings));
      expect([completedAtMs, lastArrivalAtMs + 20_000]).toContain(settledMs - settleMs(settings));
    }),
  );
});

test('given a row that no event has marked, then it counts from COMPLETED', () => {
  expect(settledAtMs({ completedAtMs: 1_000 }, settings)).toBe(1_000 + settleMs(settings));
});

test('R1: the last reading of the queues comes 75 s after that', () => {
  const row = { completedAtMs: 1_000_000, lastArrivalAtMs: 990_000 };
  expect(sealableAtMs(row, settings)).toBe(990_000 + 20_000 + 81_000 + 75_000);
});
