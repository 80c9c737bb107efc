import { NAMES_OF_KINDS } from '../event/tiebreaker-types';
import type { ReplayRow, Warning } from './row';

export const MIXED_TIEBREAKERS = 'MixedTiebreakers';

/** Said where the type was left to each value and they differ: `7.9` is a number then, `7.10.1` a text, which comes later. */
export function kindsWarning({
  tiebreaker,
  tiebreakerType = 'auto',
  checkpoint,
}: ReplayRow): Warning | undefined {
  const { kinds = '' } = checkpoint?.tally ?? {};
  if (tiebreakerType !== 'auto' || kinds.length < 2) return undefined;
  const names = [...kinds].map((kind) => NAMES_OF_KINDS[kind]);
  const message =
    `The values of ${tiebreaker}, the tiebreaker, are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}: within one ` +
    'second they come kind by kind. If they are of one kind, deploy with the parameter tiebreakerType and replay again.';
  return { code: MIXED_TIEBREAKERS, message };
}
