import { DEFAULT_SETTINGS, dwellMs } from '../../src/core/settings';
import { CALM } from './faults';
import { reruns } from './kinds';
import { playAll, playKind } from './play';
import { quietly } from './quietly';
import type { PlannedRerun } from './rerun-plan';
import { type Outcome, run } from './run';
import type { Scenario } from './scenario';
import { smallAndLate } from './small';

jest.setTimeout(240_000);

/** What is asked for when the first run is over and an event came late. */
const ask = (rerun: Partial<PlannedRerun>): Scenario => ({
  ...smallAndLate,
  reruns: [{ when: 'ended', afterMs: 60_000, include: 'all', ...rerun }],
});

/** One of all events, one from a place, which begin at the same time. */
const two: Scenario = {
  ...smallAndLate,
  reruns: [
    { when: 'ended', afterMs: 60_000, include: 'all' },
    { when: 'ended', afterMs: 60_000, include: 'sealed', from: { event: 'd' }, to: { event: 'g' } },
  ],
};

function expectTwo({ reruns: found, phase }: Outcome): void {
  expect(phase).toBe('DONE');
  const released = found.map(({ include, phase, released }) => ({ include, phase, released }));
  const expected = [
    { include: 'all', phase: 'DONE', released: 8 },
    { include: 'sealed', phase: 'DONE', released: 3 },
  ];
  expect(released).toHaveLength(2);
  for (const each of expected) expect(released).toContainEqual(each);
}

test('R1 to R7: given people who run a set again in any way, at any time, while events come late, then every invariant holds', async () => {
  const seen = new Map<string, number>();
  const sees = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await playKind(reruns, 300, (outcome) => {
    for (const { include, phase, released } of outcome.reruns) {
      if (released > 0) sees(`${include} ${phase}`);
    }
    for (const code of outcome.refusals) sees(code);
    if (outcome.reruns.length > 2) sees('three or more');
    if (outcome.late > 0) sees('with late events');
  });
  // What never comes up is not tested.
  for (const include of ['sealed', 'all', 'late']) expect(seen.get(`${include} DONE`)).toBeGreaterThan(60);
  for (const what of ['all CANCELLED', 'late CANCELLED', 'three or more', 'with late events', 'RunRefused']) {
    expect({ what, seen: seen.get(what) ?? 0 }).not.toEqual({ what, seen: 0 });
  }
});

test('R1 to R7: given a sequencer of any of two runs dies at any point with its execution, then each comes to its end', async () => {
  const { points, violation } = await quietly(() => run(two));
  expect(violation).toBeUndefined();
  const plans = [...Array(points.sequence).keys()].filter((point) => point % 2 === 0);
  expect(plans.length).toBeGreaterThan(100);
  await playAll(
    plans.map((at) => ({ ...two, dies: { sequence: [at], withExecution: true } })),
    expectTwo,
  );
});

test('R4, R7: given the tool dies at any point and is run again with the name that it told, then there is one run, and it comes to its end', async () => {
  for (let dies = 0; dies <= 40; dies++) {
    const outcome = await quietly(() => run(ask({ dies, again: true })));
    expect(outcome.violation).toBeUndefined();
    expect(outcome.reruns).toMatchObject([{ run: 'replay-1@2', phase: 'DONE', released: 8 }]);
  }
});

test.each(['sealed', 'all', 'late'] as const)(
  'given nothing goes wrong, then a run of %s begins to release within ten seconds of its dwell',
  async (include) => {
    const waitMs = include === 'sealed' ? 0 : dwellMs(DEFAULT_SETTINGS);
    const calm = { ...ask({ include }), faults: { ...CALM, coldStart: 0.1 } };
    await playAll(
      [...Array(40).keys()].map((seed) => ({ ...calm, seed })),
      ({ reruns: [found] }) => {
        expect(found?.startsAfterMs).toBeGreaterThanOrEqual(waitMs);
        expect(found?.startsAfterMs).toBeLessThan(waitMs + 10_000);
      },
    );
  },
);

test('given a late event, then the run that it is in has it in its place, at its time', async () => {
  const { reruns: found, lanes, violation } = await quietly(() => run(ask({ playback: { byKey: false } })));
  expect(violation).toBeUndefined();
  expect(found).toMatchObject([{ phase: 'DONE', released: 8 }]);
  const ids = lanes
    .filter(({ lane }) => lane === 'replay-1@2#')
    .flatMap(({ events }) => events.map((json) => JSON.parse(json).id));
  expect(ids).toEqual(['c', 'b', 'a', 'late', 'd', 'e', 'f', 'g']);
});
