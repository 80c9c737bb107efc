import { createHash } from 'node:crypto';
import { createRandom, type Random } from '../../src/local/random';

/** Chance for one part of what a seed decides: neighbouring seeds and parts have nothing in common. */
export function randomOf(seed: number, part: string): Random {
  return createRandom(createHash('sha256').update(`${seed} ${part}`).digest().readInt32BE(0));
}
