import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that a seed decides, for what is drawn too often to be drawn by the property test itself. */
export interface Chance {
  /** A whole number from 0 to `most`, both included. */
  upTo(most: number): number;
  pick<T>(values: readonly T[]): T;
}

export function createChance(seed: number): Chance {
  const generator = xoroshiro128plus(seed);
  const upTo = (most: number) => uniformInt(generator, 0, most);
  return { upTo, pick: (values) => values[upTo(values.length - 1)] as never };
}

/** A new one for each run; it prints as its seed. */
export const chance: fc.Arbitrary<() => Chance> = fc.integer().map((seed) => {
  return Object.assign(() => createChance(seed), { toString: () => `chance(${seed})` });
});

/** Milliseconds that port calls take: mostly few. */
export const latencies: fc.Arbitrary<() => number> = fc.integer().map((seed) => {
  const { upTo } = createChance(seed);
  return Object.assign(() => (upTo(9) === 0 ? upTo(2_000) : upTo(20)), {
    toString: () => `latencies(${seed})`,
  });
});
