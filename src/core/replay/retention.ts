import type { Settings } from '../settings';
import type { ReplayRow } from './row';

/** Until when the events of this replay are kept; from then on some of them may be missing. */
export function retainedUntilMs(row: ReplayRow, settings: Settings): number {
  return row.retainedUntilMs ?? row.createdAtMs + settings.retentionMs;
}

/** For how long each event of this replay is kept: the stack's retention when the row was made. */
export function retentionMsOf(row: ReplayRow, settings: Settings): number {
  return retainedUntilMs(row, settings) - row.createdAtMs;
}
