import fc from 'fast-check';
import type { Settings } from '../../../src/core/settings';
import { arrival, eventSet, type Sketch } from './events';
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
