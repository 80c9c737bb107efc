import { CALM } from './faults';
import { SEAL_MS } from './rare-scenarios';
import type { Scenario } from './scenario';

/** Small enough to be played once for each of its points: ties, two lanes, duplicates, a long pause, a late event. */
export const small: Scenario = {
  seed: 1,
  events: [
    { id: 'a', second: 0, sequence: 2, key: 'a' },
    { id: 'b', second: 0, sequence: 1, key: 'a' },
    { id: 'c', second: 0, sequence: undefined, key: 'b' },
    { id: 'd', second: 5, sequence: -1, key: 'a' },
    { id: 'e', second: 5, sequence: -1, key: 'a' },
    { id: 'f', second: 300, sequence: 0, key: 'b' },
    { id: 'g', second: 301, sequence: 0, key: 'a' },
  ],
  playback: { speed: 10, idleMs: 15_000, byKey: true, bySequence: true },
  onMissing: 'wait',
  settings: { buckets: 2, groupCount: 2 },
  inAnyOrder: true,
  replay: 'completes',
  operator: { act: 'redrive', trigger: 'incomplete', delayMs: 180_000 },
  shards: 1,
  skewMs: 0,
  faults: { ...CALM, duplicate: 0.5 },
};

/** The same, and an event that comes twice when the set is sealed. */
export const smallAndLate: Scenario = {
  ...small,
  events: [
    ...small.events,
    { id: 'late', second: 1, sequence: 0, key: 'a', strayMs: [SEAL_MS + 38_000, SEAL_MS + 40_000] },
  ],
};
