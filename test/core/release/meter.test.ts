import { Lags } from '../../../src/core/release/lags';
import { startMeter } from '../../../src/core/release/meter';
import type { ReplayRow } from '../../../src/core/replay/row';

const row = (changes: Partial<ReplayRow> = {}) => changes as ReplayRow;
const plan = (atMs: number) => ({ n: 1, atMs, taken: {}, speed: '1', idle: 'none' });

test('given nothing released, then there is nothing to read, and what stands in the row stays', () => {
  const lag = { nowMs: 5, p99Ms: 15, worstMs: 80, counts: '1' };
  expect(startMeter(row({ lag })).readings()).toEqual({});
});

test('given appends, then the lag now is the worst of the newest second, and the worst is that of the run', () => {
  const meter = startMeter(row());
  meter.appended(1, 80, 1_000);
  meter.appended(1, 3, 1_500);
  expect(meter.readings().lag).toMatchObject({ nowMs: 80, worstMs: 80 });
  meter.appended(1, 7.6, 2_100);
  meter.appended(1, 2, 2_200);
  expect(meter.readings().lag).toMatchObject({ nowMs: 8, worstMs: 80 });
});

test('given a hundred events of which one is slow, then p99 is that of the others, to a tenth, and never beyond the worst', () => {
  const meter = startMeter(row());
  meter.appended(99, 10, 0);
  meter.appended(1, 700, 0);
  expect(meter.readings().lag).toMatchObject({ nowMs: 700, worstMs: 700 });
  expect(meter.readings().lag?.p99Ms).toBeGreaterThanOrEqual(9);
  expect(meter.readings().lag?.p99Ms).toBeLessThanOrEqual(11);
  const one = startMeter(row());
  one.appended(1, 9, 0);
  expect(one.readings().lag?.p99Ms).toBeLessThanOrEqual(9);
});

test('given what another call has saved, then p99 and the worst are those of both', () => {
  const before = startMeter(row());
  before.appended(1_000, 300, 0);
  const { lag } = before.readings();
  const after = startMeter(row({ lag: lag as NonNullable<ReplayRow['lag']> }));
  after.appended(5, 10, 60_000);
  expect(after.readings().lag).toMatchObject({ nowMs: 10, worstMs: 300 });
  expect(after.readings().lag?.p99Ms).toBeGreaterThan(270);
  expect(new Lags(after.readings().lag?.counts).percentileMs(0.001)).toBeLessThanOrEqual(11);
});

test('given events for ten seconds, then the rate is theirs, and it goes on from what stands in the row', () => {
  const meter = startMeter(row());
  for (let n = 0; n <= 40; n++) meter.appended(5, 0, 1_000 + n * 250);
  expect(meter.readings().rate).toEqual({ eventsPerSecond: 20, sinceMs: 11_000, events: 0 });
  meter.appended(3, 0, 12_000);
  const { rate } = meter.readings();
  expect(rate).toEqual({ eventsPerSecond: 20, sinceMs: 11_000, events: 3 });
  const next = startMeter(row({ rate: rate as NonNullable<ReplayRow['rate']>, plan: plan(10_000) }));
  next.appended(1, 0, 31_000);
  expect(next.readings().rate).toEqual({ eventsPerSecond: 0.2, sinceMs: 31_000, events: 0 });
});

test('given another pace or the end of a pause, then what was released before it does not count', () => {
  const rate = { eventsPerSecond: 20, sinceMs: 11_000, events: 3 };
  const meter = startMeter(row({ rate, plan: plan(3_600_000) }));
  meter.appended(1, 0, 3_600_000);
  expect(meter.readings().rate).toEqual({ sinceMs: 3_600_000, events: 0 });
});
