import fc from 'fast-check';
import { EMPTY_READINGS } from '../../src/core/limits';
import { DEFAULT_SETTINGS, settleMs } from '../../src/core/settings';
import type { PortCall } from '../fakes/intercept';
import { type Chance, chance } from '../support/chance';
import { eventOf, eventSet, REPLAY, type Sketch } from '../support/events';
import { type Cloud, createCloud } from './support/cloud';
import { descriptionOf, expectLanes, expectNeverEarly, type Playback, settingsOf } from './support/outcome';

jest.setTimeout(60_000);

const playback: Playback = { speed: Number.POSITIVE_INFINITY, idleMs: 0, byKey: true, bySequence: true };
/** How long after the last event the set is sealed, at the earliest: then COMPLETED is seen at once. */
const SEAL_MS = settleMs(DEFAULT_SETTINGS) + (EMPTY_READINGS - 1) * DEFAULT_SETTINGS.queueMetadataMs;
const SEAL_FROM_MS = SEAL_MS - 10_000;
const SEAL_TO_MS = SEAL_MS + DEFAULT_SETTINGS.pollEveryMs + 20_000;

/** A put may be on its way for nearly all of the time that its function has; everything else is quick. */
function slowPuts(draw: Chance) {
  return ({ method }: PortCall, way: 'there' | 'back') =>
    method === 'put' && way === 'there' && draw.upTo(1) === 0 ? draw.upTo(9_900) : draw.upTo(20);
}

/** Events that arrive when the set is being sealed, which the rule promises not to happen. */
async function race(
  sketches: Sketch[],
  draw: Chance,
  options: { again: number; crashOneIn: number },
): Promise<Cloud> {
  const cloud = createCloud({
    settings: settingsOf(playback, { buckets: 3, groupCount: 7 }),
    description: descriptionOf(playback),
    chance: draw,
    latencyMs: { collector: slowPuts(draw), sequencer: () => draw.upTo(60) },
    crashOneIn: options.crashOneIn,
  });
  const { simulation } = cloud;
  const [first, ...others] = sketches as [Sketch, ...Sketch[]];
  simulation.spawn(() => cloud.replay([eventOf(first)], 0));
  for (const sketch of others) {
    for (let copies = 1 + draw.upTo(options.again); copies > 0; copies--) {
      const atMs = SEAL_FROM_MS + draw.upTo(SEAL_TO_MS - SEAL_FROM_MS);
      simulation.spawn(() => simulation.sleep(atMs).then(() => cloud.deliver(eventOf(sketch))));
    }
  }
  await simulation.run();
  return cloud;
}

function outcomesOf(cloud: Cloud, sketches: Sketch[]) {
  const stored = cloud.world.buffer.stored(REPLAY);
  const idsOf = (late: boolean) =>
    new Set(stored.filter((each) => each.late === late).map(({ json }) => JSON.parse(json).id));
  const [released, late] = [idsOf(false), idsOf(true)];
  return {
    released: sketches.filter(({ id }) => released.has(id)),
    late: sketches.filter(({ id }) => late.has(id)),
  };
}

test('R1, R6: given puts that race with the seal, then every event is released or late, never both and never neither', async () => {
  let sawBoth = 0;
  await fc.assert(
    fc.asyncProperty(eventSet({ maxLength: 60 }), chance, async (sketches, draw) => {
      const cloud = await race(sketches, draw(), { again: 0, crashOneIn: 0 });
      const { released, late } = outcomesOf(cloud, sketches);
      expect(released.length + late.length).toBe(sketches.length);
      expect(cloud.row()).toMatchObject({ phase: 'DONE', collected: released.length, late: late.length });
      expectLanes(cloud.world, released, playback);
      expectNeverEarly(cloud.world, cloud.watch, playback);
      if (late.length > 0 && released.length > 1) sawBoth++;
    }),
    { numRuns: 60 },
  );
  expect(sawBoth).toBeGreaterThan(20);
});

test('R1: given crashes and duplicates besides, then no late event goes uncounted', async () => {
  await fc.assert(
    fc.asyncProperty(eventSet({ maxLength: 30 }), chance, async (sketches, draw) => {
      const cloud = await race(sketches, draw(), { again: 2, crashOneIn: 100 });
      const { released, late } = outcomesOf(cloud, sketches);
      const dead = new Set(cloud.deadLetters.map(({ id }) => id));
      const lost = sketches.filter(
        (each) => !released.includes(each) && !late.includes(each) && !dead.has(each.id),
      );
      expect(lost).toEqual([]);
      expect(cloud.row()?.phase).toBe('DONE');
      expect(cloud.row()?.late).toBeGreaterThanOrEqual(late.length - dead.size);
      expectLanes(cloud.world, released, playback);
      expect(cloud.watch.tooEarly).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
