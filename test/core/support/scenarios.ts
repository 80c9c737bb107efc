import fc from 'fast-check';
import type { Settings } from '../../../src/core/settings';
import { arrival, eventSet, type Sketch } from '../../support/events';
import type { Playback } from './outcome';

export interface Scenario {
  sketches: Sketch[];
  /** Indices of the events as they arrive, some more than once. */
  order: number[];
  playback: Playback;
  settings: Pick<Settings, 'buckets' | 'groupCount'>;
}

export const playback: fc.Arbitrary<Playback> = fc.record({
  speed: fc.constantFrom(Number.POSITIVE_INFINITY, 1, 0.3, 10, 333),
  idleMs: fc.constantFrom(Number.POSITIVE_INFINITY, 0, 700, 5_000),
  byKey: fc.boolean(),
  bySequence: fc.boolean(),
});

/** Replays of up to `maxLength` events, spread over a few seconds or a few hours. */
export function scenario(maxLength: number): fc.Arbitrary<Scenario> {
  const sketches = fc
    .tuple(fc.constantFrom(0, 3, 60, 7_200), fc.constantFrom(1, 3, 40))
    .chain(([spanSeconds, lanes]) => eventSet({ maxLength, spanSeconds, lanes }));
  return sketches.chain((events) =>
    fc.record({
      sketches: fc.constant(events),
      order: arrival(events.length),
      playback,
      settings: fc.record({
        buckets: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 64 })),
        groupCount: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 })),
      }),
    }),
  );
}

/** Small enough to be played once for each of its port calls: ties, two lanes, duplicates, a long pause. */
export const small: Scenario = {
  sketches: [
    { id: 'a', second: 0, sequence: 2, key: 'a' },
    { id: 'b', second: 0, sequence: 1, key: 'a' },
    { id: 'c', second: 0, sequence: undefined, key: 'b' },
    { id: 'd', second: 5, sequence: -1, key: 'a' },
    { id: 'e', second: 5, sequence: -1, key: 'a' },
    { id: 'f', second: 300, sequence: 0, key: 'b' },
    { id: 'g', second: 301, sequence: 0, key: 'a' },
  ],
  order: [5, 0, 2, 0, 6, 1, 4, 3, 4],
  playback: { speed: 10, idleMs: 15_000, byKey: true, bySequence: true },
  settings: { buckets: 2, groupCount: 2 },
};
