import { distance } from 'fastest-levenshtein';

/** Two slips of the pen: two swapped letters are two. */
const MOST_SLIPS = 2;

/** The word that somebody plainly meant: the nearest one, whatever the case and the marks between its parts. */
export function nearWord(typed: string, words: readonly string[]): string | undefined {
  const slips = (word: string) => distance(bare(typed), bare(word));
  const [nearest] = [...words].sort((one, other) => slips(one) - slips(other));
  return nearest !== undefined && slips(nearest) <= MOST_SLIPS ? nearest : undefined;
}

const bare = (word: string) => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
