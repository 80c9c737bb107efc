import fc from 'fast-check';
import { type Chance, chance } from '../support/chance';
import { eventOf, REPLAY, type Sketch } from '../support/events';
import { type Cloud, createCloud } from './support/cloud';
import { descriptionOf, expectedLanes, expectLanes, expectNeverEarly, settingsOf } from './support/outcome';
import { type Scenario, scenario } from './support/scenarios';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;

function cloudOf({ playback, settings }: Scenario, draw: Chance, description = ''): Cloud {
  const latencyMs = () => draw.upTo(200);
  return createCloud({
    settings: settingsOf(playback, settings),
    description: `${descriptionOf(playback)} ${description}`,
    chance: draw,
    latencyMs: { collector: latencyMs, sequencer: latencyMs },
  });
}

const eventsOf = ({ sketches, order }: Scenario) => order.map((n) => eventOf(sketches[n] as Sketch));
const storedOf = (cloud: Cloud) => cloud.world.buffer.stored(REPLAY);

/** Waits for something that others bring about; not for ever, in case they do not. */
async function until(cloud: Cloud, holds: () => boolean): Promise<void> {
  for (let n = 0; n < 5_000 && !holds(); n++) await cloud.simulation.sleep(500);
}

/** R2, R5: what is in the lanes is the beginning of what would be in them in the end. */
function expectBeginnings(cloud: Cloud, { sketches, playback }: Scenario): void {
  const expected = expectedLanes(sketches, playback);
  for (const [lane, contents] of cloud.world.lanes.contents()) {
    expect(contents.map(({ json }) => json)).toEqual(expected.get(lane)?.slice(0, contents.length));
  }
}

test('given a replay that is cancelled in EventBridge while it is collected, then nothing is delivered, and every event is held', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(20), chance, fc.nat({ max: MINUTE_MS }), async (drawn, draw, cancelAfterMs) => {
      const cloud = cloudOf(drawn, draw());
      const { simulation, world } = cloud;
      simulation.spawn(() => cloud.replay(eventsOf(drawn), MINUTE_MS));
      simulation.spawn(async () => {
        await until(cloud, () => cloud.row() !== undefined);
        await simulation.sleep(cancelAfterMs);
        cloud.cancel();
      });
      await simulation.run();
      expect(cloud.row()).toMatchObject({ phase: 'CANCELLED', late: 0 });
      expect(world.lanes.log).toEqual([]);
      expect(storedOf(cloud)).toHaveLength(new Set(cloud.accepted.map(({ id }) => id)).size);
      expect(cloud.answers.at(-1)).toMatchObject({ action: 'done', report: { phase: 'CANCELLED' } });
    }),
    { numRuns: 20 },
  );
});

test('given a replay whose row somebody sets to CANCELLED, at any moment, then release stops soon, at a beginning of the lanes', async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario(30),
      chance,
      fc.nat({ max: 6 * MINUTE_MS }),
      async (drawn, draw, cancelAfterMs) => {
        const cloud = cloudOf(drawn, draw());
        const { simulation, world, watch } = cloud;
        simulation.spawn(() => cloud.replay(eventsOf(drawn), 1_000));
        let cancelledAtMs = Number.POSITIVE_INFINITY;
        simulation.spawn(async () => {
          await until(cloud, () => cloud.row() !== undefined);
          await simulation.sleep(cancelAfterMs);
          if (cloud.row()?.phase === 'DONE') return;
          Object.assign(cloud.row() as object, { phase: 'CANCELLED' });
          cancelledAtMs = world.clock.now();
        });
        await simulation.run();
        expect(cloud.row()?.phase).toBe(cancelledAtMs === Number.POSITIVE_INFINITY ? 'DONE' : 'CANCELLED');
        expectBeginnings(cloud, drawn);
        // What was being waited for in memory, and one batch, however many appends that takes.
        const stopsWithinMs = 10_000 + 1_000 + 400 * (drawn.sketches.length + 2);
        expect(Math.max(0, ...watch.appendedAtMs.values())).toBeLessThanOrEqual(
          cancelledAtMs + stopsWithinMs,
        );
        expect(storedOf(cloud)).toHaveLength(drawn.sketches.length);
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  ['speed=fast', 'InvalidOption'],
  ['tiebreaker=detail.n', 'InvalidOption'],
])(
  'R1: given the option %s, then the replay fails with %s, nothing is delivered, and every event is held',
  async (option, code) => {
    await fc.assert(
      fc.asyncProperty(scenario(15), chance, async (drawn, draw) => {
        const { playback, settings } = drawn;
        const cloud = createCloud({
          settings: settingsOf(playback, settings),
          description: option,
          chance: draw(),
          latencyMs: { collector: () => 20, sequencer: () => 20 },
        });
        cloud.simulation.spawn(() => cloud.replay(eventsOf(drawn), MINUTE_MS));
        await cloud.simulation.run();
        expect(cloud.row()?.reason).toMatch(new RegExp(`^${code}: `));
        expect(cloud.answers.at(-1)).toMatchObject({ action: 'fail', Error: code });
        expect(cloud.world.lanes.log).toEqual([]);
        expect(storedOf(cloud)).toHaveLength(drawn.sketches.length);
      }),
      { numRuns: 10 },
    );
  },
);

test('R1: given dead letters, when they are handed back after an hour, then the replay goes on by itself with every event', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(20), chance, fc.integer({ min: 1, max: 3 }), async (drawn, draw, count) => {
      const cloud = cloudOf(drawn, draw());
      const { simulation, world } = cloud;
      // The replay must begin, so the first event is not among them.
      const dead = drawn.sketches.slice(1, 1 + count).map(eventOf);
      const deadIds = new Set(dead.map(({ id }) => id));
      cloud.deadLetters.push(...dead);
      simulation.spawn(() =>
        cloud.replay(
          eventsOf(drawn).filter(({ id }) => !deadIds.has(id)),
          MINUTE_MS,
        ),
      );
      let wasIncomplete = false;
      simulation.spawn(async () => {
        await until(cloud, () => cloud.row()?.phase === 'INCOMPLETE');
        wasIncomplete = cloud.row()?.phase === 'INCOMPLETE' && cloud.row()?.dead === dead.length;
        await simulation.sleep(60 * MINUTE_MS);
        cloud.redrive();
      });
      await simulation.run();
      expect(wasIncomplete).toBe(dead.length > 0);
      expect(cloud.row()).toMatchObject({ phase: 'DONE', late: 0, dead: 0 });
      expectLanes(world, drawn.sketches, drawn.playback);
      expectNeverEarly(world, cloud.watch, drawn.playback);
    }),
    { numRuns: 20 },
  );
});

test('R1: given onMissing=continue, then the others are released at once, and what is handed back later is late, and counted', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(20), chance, async (drawn, draw) => {
      const cloud = cloudOf(drawn, draw(), 'onMissing=continue');
      const { simulation, world } = cloud;
      const dead = drawn.sketches.slice(1, 4);
      const others = drawn.sketches.filter((each) => !dead.includes(each));
      cloud.deadLetters.push(...dead.map(eventOf));
      simulation.spawn(() => cloud.replay(others.map(eventOf), MINUTE_MS));
      simulation.spawn(async () => {
        await until(cloud, () => cloud.row()?.phase === 'RELEASING' || cloud.row()?.phase === 'DONE');
        cloud.redrive();
      });
      await simulation.run();
      expect(cloud.row()).toMatchObject({
        phase: 'DONE',
        late: dead.length,
        dead: dead.length,
        collected: others.length,
      });
      expectLanes(world, others, drawn.playback);
      expect(storedOf(cloud).filter(({ late }) => late)).toHaveLength(dead.length);
    }),
    { numRuns: 20 },
  );
});
