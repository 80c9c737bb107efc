import { CALM } from './faults';
import { type Mutant, protocolOf } from './mutant';
import { MUTANTS } from './mutants';
import { quietly } from './quietly';
import { run } from './run';
import type { Scenario } from './scenario';

/** What a simulation has found stays here, in the smallest form that showed it. */

/** The event with the curse dies in Overflow and is redriven shortly before the second reading. */
const redrivenBetweenTheReadings: Scenario = {
  seed: 165,
  events: [
    { id: 'ce84fc-ü14', second: 0, sequence: undefined, key: 'key-0' },
    { id: 'e058c6-B15', second: 0, sequence: undefined, key: 'key-0', cursed: 9 },
  ],
  playback: {
    speed: Number.POSITIVE_INFINITY,
    idleMs: Number.POSITIVE_INFINITY,
    byKey: false,
    bySequence: true,
  },
  onMissing: 'wait',
  settings: { buckets: 1, groupCount: 25 },
  replay: 'completes',
  operator: { act: 'redrive', trigger: 'emptyOnce', delayMs: 54_918 },
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
    what: 'sealed without e058c6-B15, still on the way',
  });
});
