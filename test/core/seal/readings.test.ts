import fc from 'fast-check';
import { EMPTY_READINGS } from '../../../src/core/limits';
import { readingAgainAtMs, readingsInARow } from '../../../src/core/seal/readings';
import { DEFAULT_SETTINGS } from '../../../src/core/settings';

const settings = DEFAULT_SETTINGS;

/** Empty readings from 0 on until the set may be sealed; how late each is, and what moves the time meanwhile. */
function readingsUntil(sealableMs: number[], lateMs: number[]): number[] {
  const readAtMs: number[] = [];
  let row: { queuesEmptyAtMs?: number; queuesEmptyReadings?: number } = {};
  for (let n = 0; n < 100; n++) {
    const untilMs = sealableMs[Math.min(n, sealableMs.length - 1)] as number;
    const nowMs = Math.max(0, readingAgainAtMs(row, untilMs, settings)) + (lateMs[n] ?? 0);
    const readings = readingsInARow(row, nowMs, settings);
    readAtMs.push(nowMs);
    if (readings >= EMPTY_READINGS && nowMs >= untilMs) return readAtMs;
    row = { queuesEmptyAtMs: nowMs, queuesEmptyReadings: readings };
  }
  throw new Error('The readings never end.');
}

test('R1: readings are 60 to 120 s apart, three at least, and the last one falls on the time from which the set may be sealed, or three readings are not over then', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000_000 }), (sealableMs) => {
      const readAtMs = readingsUntil([sealableMs], []);
      expect(readAtMs.length).toBeGreaterThanOrEqual(EMPTY_READINGS);
      for (const [n, atMs] of readAtMs.slice(1).entries()) {
        expect(atMs - (readAtMs[n] as number)).toBeGreaterThanOrEqual(60_000);
        expect(atMs - (readAtMs[n] as number)).toBeLessThanOrEqual(120_000);
      }
      const lastMs = readAtMs.at(-1) as number;
      expect(lastMs).toBeGreaterThanOrEqual(sealableMs);
      expect(lastMs - Math.max(sealableMs, 120_000)).toBeLessThanOrEqual(60_000);
      if (sealableMs >= 120_000 && sealableMs <= 200_000) expect(lastMs).toBe(sealableMs);
    }),
  );
});

test('R7: given the time moves while readings are made, and each is late, then they end all the same', () => {
  const times = fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1, maxLength: 8 });
  const late = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 100 });
  fc.assert(
    fc.property(times, late, (sealableMs, lateMs) => {
      expect(readingsUntil(sealableMs, lateMs).length).toBeLessThan(25);
    }),
  );
});

test('R1: given a reading more than two minutes after the one before, then counting starts again', () => {
  const row = { queuesEmptyAtMs: 0, queuesEmptyReadings: 2 };
  expect(readingsInARow(row, 120_000, settings)).toBe(3);
  expect(readingsInARow(row, 120_001, settings)).toBe(1);
});
