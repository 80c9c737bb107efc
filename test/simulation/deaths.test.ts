import { LEASE_GRACE_MS, MAX_WAIT_MS } from '../../src/core/limits';
import { deaths, standstills, throttled } from './kinds';
import { playAll, playKind } from './play';
import { quietly } from './quietly';
import { type Outcome, run } from './run';
import type { DeadlyPoints, Scenario } from './scenario';
import { small, smallAndLate } from './small';

jest.setTimeout(240_000);

/** Every nth point of a function's calls in a scenario where nobody dies. */
async function pointsOf(scenario: Scenario, of: 'collect' | 'sequence', every = 1): Promise<number[]> {
  const { points, violation } = await quietly(() => run(scenario));
  expect(violation).toBeUndefined();
  return [...Array(points[of]).keys()].filter((point) => point % every === 0);
}

const dying = (scenario: Scenario, plans: DeadlyPoints[]): Scenario[] =>
  plans.map((dies) => ({ ...scenario, dies }));

function expectDone({ phase, released }: Outcome): void {
  expect({ phase, released }).toEqual({ phase: 'DONE', released: small.events.length });
}

test('R1 to R6: given a process that dies at any one point of any call, when it is tried again, then the outcome is the same', async () => {
  const undisturbed = await quietly(() => run(smallAndLate));
  expectDone(undisturbed);
  expect(undisturbed.late).toBe(1);
  const collect = await pointsOf(smallAndLate, 'collect');
  const sequence = await pointsOf(smallAndLate, 'sequence');
  expect(collect.length + sequence.length).toBeGreaterThan(200);
  const plans = [...collect.map((at) => ({ collect: [at] })), ...sequence.map((at) => ({ sequence: [at] }))];
  let late = 0;
  await playAll(dying(smallAndLate, plans), (outcome) => {
    expect(outcome.phase).toBe('DONE');
    if (outcome.late > 0) late++;
  });
  expect(late).toBeGreaterThan(plans.length / 2);
});

test('R1 to R6: given two deaths, at any point and soon after it, then the outcome is the same', async () => {
  const twice = (points: number[]) => points.flatMap((at) => [1, 2, 5].map((soon) => [at, at + soon]));
  const plans = [
    ...twice(await pointsOf(smallAndLate, 'collect', 3)).map((collect) => ({ collect })),
    ...twice(await pointsOf(smallAndLate, 'sequence', 3)).map((sequence) => ({ sequence })),
  ];
  expect(plans.length).toBeGreaterThan(255);
  await playAll(dying(smallAndLate, plans), ({ phase }) => expect(phase).toBe('DONE'));
});

test('R1 to R6: given any replay with long pauses and deaths anywhere, then the outcome is the same', async () => {
  await playKind(deaths, 60, ({ phase }) => expect(phase).toBe('DONE'));
});

test('R7: given a sequencer that dies at any point with its execution, when an event comes by later, then the replay is finished', async () => {
  const points = await pointsOf(small, 'sequence');
  expect(points.length).toBeGreaterThan(100);
  const plans = points.map((at) => ({ sequence: [at], withExecution: true }));
  let nextGeneration = 0;
  await playAll(dying(small, plans), (outcome) => {
    expectDone(outcome);
    if (outcome.generation === 2) nextGeneration++;
  });
  // Only where the last thing that it did was the end of the replay is there nothing left to do.
  expect(nextGeneration).toBeGreaterThan(points.length - 8);
});

test('R7: given the collector that comes by dies too, at any point, when its event comes again, then the replay is finished', async () => {
  const points = await pointsOf(small, 'sequence', 9);
  const plans = points.flatMap((at) =>
    Array.from({ length: 15 }, (_, n) => ({ sequence: [at], withExecution: true, collectAfterwards: n })),
  );
  await playAll(dying(small, plans), expectDone);
});

test('R2, R4, R7: given a sequencer whose host stands still at any point, when it goes on after another has finished, then nothing changes', async () => {
  const forMs = MAX_WAIT_MS + LEASE_GRACE_MS;
  const points = await pointsOf(small, 'sequence');
  await playAll(
    points.map((at) => ({ ...small, standsStill: { at, forMs } })),
    expectDone,
  );
});

test('R7: given a sequencer that is dead and no event that comes by, when somebody starts the next generation by hand, then it finishes', async () => {
  const points = await pointsOf(small, 'sequence', 3);
  const plans = points.map((at) => ({ sequence: [at], withExecution: true }));
  await playAll(
    dying(small, plans).map((scenario) => ({ ...scenario, rescue: 'byHand' })),
    expectDone,
  );
});

test('R7: given an execution whose name is used up, then the next generation does the work', async () => {
  await playAll([{ ...small, abortSequencerAfterMs: 60_000, namesUsedUp: [2] }], (outcome) => {
    expectDone(outcome);
    expect(outcome.generation).toBe(3);
  });
});

test('R7: given calls of sequence that are throttled for up to an hour and a half, and names that are used up, then a later generation does the work', async () => {
  let later = 0;
  await playKind(throttled, 40, (outcome, { namesUsedUp = [] }) => {
    expect(outcome.phase).toBe('DONE');
    if (outcome.generation > 1 + namesUsedUp.length) later++;
  });
  expect(later).toBeGreaterThan(20);
});

test('R2 to R6: given sequencers of three generations that stand still for up to half an hour, then the lanes are as from one', async () => {
  let stood = 0;
  await playKind(standstills, 20, ({ phase, struck, generation }) => {
    expect(phase).toBe('DONE');
    expect(generation).toBeGreaterThan(2);
    stood += struck.get('standstill') ?? 0;
  });
  expect(stood).toBeGreaterThan(10);
});
