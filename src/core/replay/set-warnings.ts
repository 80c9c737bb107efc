import { keyWarning, NO_ORDERING_KEY } from './key-warning';
import { kindsWarning, MIXED_TIEBREAKERS } from './kinds-warning';
import type { ReplayRow, Warning } from './row';

/** What the events of a set turned out to be: it stays in a row that has ended. */
export const CODES_OF_THE_SET = [NO_ORDERING_KEY, MIXED_TIEBREAKERS];

export function warningsOfTheSet(row: ReplayRow): Warning[] {
  return [keyWarning(row), kindsWarning(row)].filter((warning) => warning !== undefined);
}
