import { CALM } from './faults';
import { type Mutant, protocolOf } from './mutant';
import { MUTANTS } from './mutants';
import { quietly } from './quietly';
import { run } from './run';
import type { Scenario } from './scenario';

/** What a simulation has found stays here, in the smallest form that showed it. */

/** Seed 853: the event with the curse dies in Overflow at 5:09 and is redriven at 6:14. */
const redrivenBetweenTheReadings: Scenario = {
  seed: 853,
  events: [
    { id: 'c9f908-ü0', second: 0, sequence: '21', key: 'key-1', cursed: 7 },
    { id: '683faa-a1', second: 0, sequence: 13, key: 'key-3' },
  ],
  playback: { speed: 1, idleMs: 8_000, byKey: false, bySequence: false },
  onMissing: 'wait',
  settings: { buckets: 1, groupCount: 2 },
  replay: 'completes',
  operator: { act: 'redrive', trigger: 'emptyOnce', delayMs: 59_795 },
  shards: 1,
  skewMs: 0,
  faults: CALM,
};

/**
 * A queue's depth lacks what was sent to it in the last minute. A message that dies just before the first reading and
 * is redriven just before the second one is missed by both: at the first one it has left Overflow and DeadLetters does
 * not count it yet, at the second one the other way round. The third one sees it.
 */
test('R5: given a letter that dies before the first reading of the queues and is redriven before the second, then the seal waits for it', async () => {
  const { violation, phase, released } = await quietly(() => run(redrivenBetweenTheReadings));
  expect({ violation, phase, released }).toEqual({ violation: undefined, phase: 'DONE', released: 2 });
});

test('R5: given a seal that believes two readings, then the same letter is missed', async () => {
  const mutant = MUTANTS.find(({ name }) => name === 'seal looks at the queues twice') as Mutant;
  const { violation } = await quietly(async () =>
    run(redrivenBetweenTheReadings, { protocol: await protocolOf(mutant) }),
  );
  expect(violation).toMatchObject({
    invariant: 'R5',
    what: 'sealed without c9f908-ü0, still on the way',
  });
});
