import { MAX_ITERATIONS } from '../../src/core/limits';
import { calm, sequencersOfOneGeneration, shortCalls } from './kinds';
import { playKind } from './play';
import { quietly } from './quietly';
import { type Outcome, run } from './run';
import type { Scenario } from './scenario';
import { small } from './small';

jest.setTimeout(240_000);

test('R1 to R6: given any events in any order of arrival, some twice, then the lanes are theirs, and the report is right', async () => {
  let duplicates = 0;
  await playKind(calm, 150, ({ answers }, { events }) => {
    const last = answers.at(-1);
    if (last?.action !== 'done') throw new Error(`The last answer is ${last?.action}.`);
    const counts = { collected: events.length, released: events.length, late: 0, dead: 0 };
    expect(last.report).toMatchObject({ phase: 'DONE', ...counts });
    duplicates += last.report.duplicates;
  });
  expect(duplicates).toBeGreaterThan(150);
});

/** Each lane's events with their positions and offsets. */
function contentsOf({ lanes }: Outcome): [string, unknown][] {
  const contents = new Map<string, unknown[]>();
  for (const { lane, events, positions, offset } of lanes) {
    const soFar = contents.get(lane) ?? [];
    for (const [n, json] of events.entries()) {
      soFar.push({ json, position: positions[n], offset: offset - events.length + 1 + n });
    }
    contents.set(lane, soFar);
  }
  return [...contents].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('R5: given two orders of arrival, buckets and speeds, then lanes, positions and offsets are the same', async () => {
  const first = new Map<number, Outcome>();
  const [pairs, from] = [60, 1_000];
  const one = (seed: number) => calm(from + seed, 40);
  /** The same events, and all else from another seed. */
  const other = (seed: number): Scenario => {
    const { events, playback } = one(seed);
    const { byKey, bySequence } = playback;
    const drawn = calm(2 * from + seed, 1);
    return { ...drawn, events, playback: { ...drawn.playback, byKey, bySequence } };
  };
  await playKind(one, pairs, (outcome, { seed }) => first.set(seed - from, outcome));
  await playKind(other, pairs, (outcome, { seed, events }) => {
    const contents = contentsOf(outcome);
    expect(contents).toEqual(contentsOf(first.get(seed - 2 * from) as Outcome));
    expect(contents.flatMap(([, lane]) => lane)).toHaveLength(events.length);
  });
});

test('given calls with hardly any time, then a replay goes on in many of them and comes out the same', async () => {
  let goesOnAtOnce = 0;
  await playKind(shortCalls, 60, ({ phase, answers }) => {
    expect(phase).toBe('DONE');
    goesOnAtOnce += answers.filter(({ action }) => action === 'continue').length;
  });
  expect(goesOnAtOnce).toBeGreaterThan(60);
});

test('R2 to R6: given two or three sequencers that interleave at every request, then the lanes are as from one', async () => {
  await playKind(sequencersOfOneGeneration, 40, ({ phase, answers }, { sequencersBesides = [] }) => {
    expect(phase).toBe('DONE');
    expect(answers.filter(({ action }) => action === 'done')).toHaveLength(1 + sequencersBesides.length);
  });
});

test('R7: given more pauses than one execution may have steps, then the replay goes on in a new one, and comes out the same', async () => {
  const events = Array.from({ length: 2 * MAX_ITERATIONS + 50 }, (_, n) => ({
    id: `e-${n}`,
    second: n * 20,
    sequence: 0,
    key: 'a',
  }));
  const playback = { ...small.playback, speed: 1, idleMs: Number.POSITIVE_INFINITY };
  const outcome = await quietly(() => run({ ...small, events, playback, mostTurns: 200_000 }));
  expect(outcome.violation).toBeUndefined();
  const renewals = outcome.answers.filter(({ action }) => action === 'continueAsNew');
  expect(renewals).toMatchObject([
    { generation: 2, iteration: 0 },
    { generation: 3, iteration: 0 },
  ]);
  expect(outcome).toMatchObject({ phase: 'DONE', generation: 3, released: events.length });
});
