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

/** Of the warnings that are about the sequencers, not about the events. */
function codesOf(row: Outcome['row']): string[] {
  return (row?.warnings ?? []).map(({ code }) => code).filter((code) => code !== 'Ties');
}

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

test('R7: given a sequencer that dies at any point with its execution, and no event that comes by, then the healer starts the next one, which finishes', async () => {
  const points = await pointsOf(small, 'sequence');
  expect(points.length).toBeGreaterThan(100);
  const plans = points.map((at) => ({ sequence: [at], withExecution: true }));
  let nextGeneration = 0;
  await playAll(dying(small, plans), (outcome) => {
    expectDone(outcome);
    if (outcome.generation === 2) nextGeneration++;
  });
  // Only after the end of the replay, when its history is written, is there nothing left to do.
  expect(nextGeneration).toBeGreaterThan(points.length - 12);
});

test('R7: given the schedule alone, because Step Functions tells nothing, then the healer starts the next one too', async () => {
  const points = await pointsOf(small, 'sequence', 5);
  const plans = points.map((at) => ({ sequence: [at], withExecution: true }));
  await playAll(
    dying(small, plans).map((scenario) => ({ ...scenario, statusEventsAreLost: true })),
    expectDone,
  );
});

test('R7: given a healer that dies too, at any point, then the replay is finished', async () => {
  const points = await pointsOf(small, 'sequence', 9);
  const plans = points.flatMap((at) =>
    Array.from({ length: 20 }, (_, n) => ({ sequence: [at], withExecution: true, healAfterwards: n })),
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

test('R7: given a sequencer that somebody aborts, at any moment, then nothing moves until somebody starts the next generation by hand', async () => {
  const abortsMs = Array.from({ length: 40 }, (_, n) => n * 9_000);
  const aborted = abortsMs.map((abortSequencerAfterMs) => ({ ...small, abortSequencerAfterMs }));
  let stood = 0;
  await playAll(aborted, ({ phase, row, generation }) => {
    if (phase === 'DONE') return;
    stood++;
    expect(row).toMatchObject({ generation: 1, abortedGeneration: 1 });
    expect(codesOf(row)).toEqual(['SequencerAborted']);
    expect(generation).toBe(1);
  });
  expect(stood).toBeGreaterThan(20);
  await playAll(
    aborted.map((scenario) => ({ ...scenario, rescue: 'byHand' as const })),
    expectDone,
  );
});

test.each([[[2]], [[2, 3, 4]], [[2, 3, 4, 5, 6, 7, 8]]])(
  'R7: given a sequencer that fails and that the names of generations %j are used up, then the next free one does the work',
  async (namesUsedUp) => {
    await playAll([{ ...small, failSequencersAfterMs: [60_000], namesUsedUp }], (outcome) => {
      expectDone(outcome);
      expect(outcome.generation).toBe(2 + namesUsedUp.length);
    });
  },
);

test('R7: given eight hours in which every sequencer ends at once, then a dozen are tried, the row calls for a person, and afterwards it goes on by itself', async () => {
  const HOUR_MS = 3_600_000;
  const outage = { afterMs: 60_000, forMs: 8 * HOUR_MS };
  await playAll([{ ...small, outage }], (outcome) => {
    expectDone(outcome);
    expect(outcome.generation).toBeGreaterThan(10);
    expect(outcome.generation).toBeLessThan(20);
    expect(outcome.warned.filter((code) => code !== 'Ties')).toEqual(['SequencerKeepsEnding']);
    for (const gone of ['restarts', 'notBeforeMs']) expect(outcome.row).not.toHaveProperty(gone);
    expect(codesOf(outcome.row)).toEqual([]);
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
