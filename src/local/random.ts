import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded chance: the same seed gives the same sequence. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A shuffled copy. */
  shuffle<T>(values: readonly T[]): T[];
  /** A version 4 UUID. */
  uuid(): string;
}

const MILLION = 1_000_000;

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const integer = (least: number, most: number) => uniformInt(generator, least, most);
  return {
    integer,
    chance: (probability) => integer(0, MILLION - 1) < probability * MILLION,
    shuffle(values) {
      const copy = [...values];
      for (let last = copy.length - 1; last > 0; last--) {
        const other = integer(0, last);
        [copy[last], copy[other]] = [copy[other] as never, copy[last] as never];
      }
      return copy;
    },
    uuid() {
      const hex = (digits: number) =>
        integer(0, 16 ** digits - 1)
          .toString(16)
          .padStart(digits, '0');
      const variant = (8 + integer(0, 3)).toString(16);
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`;
    },
  };
}
