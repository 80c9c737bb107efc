import { QUICK_LOOKS_FACTOR, QUICK_LOOKS_FOR_MS, QUIET_AFTER_MS } from '../limits';
import type { ReplayRow } from '../replay/row';
import type { Settings } from '../settings';

/**
 * When to ask again whether EventBridge is done. While events arrive it is not, and their collectors need the account's
 * concurrency more than a sequencer that looks often. Once they stop, it probably is; a replay that only stalls goes back
 * to the slower pace, so that it costs no more for hours.
 */
export function nextLookAtMs(row: ReplayRow, nowMs: number, { pollEveryMs }: Settings): number {
  const quietMs = nowMs - (row.lastArrivalAtMs ?? row.createdAtMs);
  const isQuick = quietMs >= QUIET_AFTER_MS && quietMs < QUIET_AFTER_MS + QUICK_LOOKS_FOR_MS;
  return nowMs + (isQuick ? pollEveryMs / QUICK_LOOKS_FACTOR : pollEveryMs);
}
