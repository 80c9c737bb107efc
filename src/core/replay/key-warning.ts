import { KEYLESS_EVENTS } from '../limits';
import { DEFAULT_OPTIONS, optionsInRow } from './options';
import { hasEnded, type ReplayRow, type Warning } from './row';

export const NO_ORDERING_KEY = 'NoOrderingKey';

/** Said where the option `orderingKey` names what no event of the run has: mostly it is a slip of the pen. */
export function keyWarning({ phase, options, checkpoint }: ReplayRow): Warning | undefined {
  const { released = 0, tally } = checkpoint ?? {};
  const { orderingKey = DEFAULT_OPTIONS.orderingKey } = options ?? {};
  if (tally?.keyed !== 0 || released < (hasEnded(phase) ? 1 : KEYLESS_EVENTS)) return undefined;
  if (optionsInRow({ orderingKey }).orderingKeyPath === undefined) return undefined;
  const message =
    `No event so far has ${orderingKey}, which orderingKey names, so all are in one lane: in order, and none beside ` +
    'another. If they should have lanes of their own, run the set again with a path that they have.';
  return { code: NO_ORDERING_KEY, message };
}
