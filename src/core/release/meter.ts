import { RATE_OVER_MS, SECOND_MS } from '../limits';
import type { ReplayRow, RowChanges } from '../replay/row';
import { Lags } from './lags';

/**
 * How fast a release goes and how far it lags behind, as a person is shown it: measured, so what a call had not saved
 * when it died is missing.
 */
export function startMeter({ lag, rate, plan }: ReplayRow) {
  const lags = new Lags(lag?.counts);
  let lastMs = lag?.nowMs ?? 0;
  let worstMs = lag?.worstMs ?? 0;
  let secondBeganMs = Number.NEGATIVE_INFINITY;
  // At another pace, or after a pause, what was released before says nothing.
  const isOfThisPace = rate !== undefined && rate.sinceMs >= (plan?.atMs ?? 0);
  let current = isOfThisPace ? rate : undefined;
  let hasMeasured = false;

  return {
    /** One append: its events, and how long after its due time it was written. */
    appended(events: number, afterDueMs: number, nowMs: number): void {
      const lagMs = Math.max(0, Math.round(afterDueMs));
      const isSameSecond = nowMs - secondBeganMs < SECOND_MS;
      if (!isSameSecond) secondBeganMs = nowMs;
      lastMs = isSameSecond ? Math.max(lastMs, lagMs) : lagMs;
      worstMs = Math.max(worstMs, lagMs);
      lags.add(lagMs, events);
      current = next(current, events, nowMs);
      hasMeasured = true;
    },
    /** What a save keeps of it. */
    readings(): Pick<RowChanges, 'lag' | 'rate'> {
      if (!hasMeasured) return {};
      const p99Ms = Math.min(worstMs, lags.percentileMs(0.99));
      return { lag: { nowMs: lastMs, p99Ms, worstMs, counts: lags.text }, rate: current };
    },
  };
}

type Rate = NonNullable<ReplayRow['rate']>;

function next(rate: Rate | undefined, events: number, nowMs: number): Rate {
  // What came with the first append came before the count began.
  if (!rate) return { sinceMs: nowMs, events: 0 };
  const counted = rate.events + events;
  const lengthMs = nowMs - rate.sinceMs;
  if (lengthMs < RATE_OVER_MS) return { ...rate, events: counted };
  const perSecond = (counted * SECOND_MS) / lengthMs;
  return { eventsPerSecond: Number(perSecond.toPrecision(4)), sinceMs: nowMs, events: 0 };
}
