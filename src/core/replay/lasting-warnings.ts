import { RECENT_WINDOW_MS } from '../limits';
import { UNKNOWN_OPTION } from './description';
import { keyWarning, NO_ORDERING_KEY } from './key-warning';
import { kindsWarning, MIXED_TIEBREAKERS } from './kinds-warning';
import type { ReplayRow, Warning } from './row';
import { TIES, tieWarning } from './tie-warning';

/* Warnings of what nobody can mend any more in this replay. They stand in its row to the end, and in its report. */

const RECENT_WINDOW = 'RecentWindow';
/** Told anew by every save, by what the row has. */
const OF_THE_EVENTS = [NO_ORDERING_KEY, TIES, MIXED_TIEBREAKERS];
/** Told once, when the description is read. */
const OF_THE_START = [UNKNOWN_OPTION, RECENT_WINDOW];

export function isOfTheEvents(code: string): boolean {
  return OF_THE_EVENTS.includes(code);
}

export function warningsOfTheEvents(row: ReplayRow): Warning[] {
  return [keyWarning(row), tieWarning(row), kindsWarning(row)].filter((warning) => warning !== undefined);
}

export function lastingWarnings(row: ReplayRow): Warning[] {
  const ofTheStart = row.warnings?.filter(({ code }) => OF_THE_START.includes(code)) ?? [];
  return [...ofTheStart, ...warningsOfTheEvents(row)];
}

/** Said where the archive may not have had the last events of the window yet. */
export function windowWarnings(toMs: number, startedAtMs: number): Warning[] {
  const agoMs = startedAtMs - toMs;
  if (agoMs >= RECENT_WINDOW_MS) return [];
  const ends = agoMs < 0 ? 'after' : `${Math.floor(agoMs / 1_000)} s before`;
  const message =
    `The window ends ${ends} the replay was started. EventBridge may take ten minutes to put an event into its archive, so ` +
    'the last ones may be missing here. If they matter, replay the end of the window again, under a new name, once that ' +
    'time has passed.';
  return [{ code: RECENT_WINDOW, message }];
}
