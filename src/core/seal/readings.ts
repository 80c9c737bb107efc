import { EMPTY_READINGS, MAX_READING_DELAY_MS, PLANNED_READING_DELAY_MS } from '../limits';
import type { ReplayRow } from '../replay/row';
import type { Settings } from '../settings';

type Readings = Pick<ReplayRow, 'queuesEmptyAtMs' | 'queuesEmptyReadings'>;

/**
 * R1: when the queues are to be read again. Readings begin when COMPLETED is first seen and are planned so that the
 * last one that is needed falls on the time from which the set may be sealed. Computed from the row alone, so that
 * every sequencer comes to the same time.
 */
export function readingAgainAtMs(row: Readings, sealableMs: number, settings: Settings): number {
  const { queuesEmptyAtMs: lastMs, queuesEmptyReadings: done = 0 } = row;
  if (lastMs === undefined) return Number.NEGATIVE_INFINITY;
  const leastMs = settings.queueMetadataMs;
  const leftMs = Math.max(0, sealableMs - lastMs);
  const needed = Math.max(1, EMPTY_READINGS - done, Math.ceil(leftMs / (leastMs + PLANNED_READING_DELAY_MS)));
  return lastMs + Math.max(leastMs, Math.ceil(leftMs / needed));
}

/** Empty readings in a row, with one now. After a longer gap a message may have died a second time unseen. */
export function readingsInARow(row: Readings, nowMs: number, { queueMetadataMs }: Settings): number {
  const { queuesEmptyAtMs = Number.NEGATIVE_INFINITY, queuesEmptyReadings = 0 } = row;
  return nowMs <= queuesEmptyAtMs + queueMetadataMs + MAX_READING_DELAY_MS ? queuesEmptyReadings + 1 : 1;
}
