import fc from 'fast-check';
import { type Chance, chance } from '../support/chance';
import { eventOf, REPLAY, type Sketch } from '../support/events';
import { type Cloud, type CloudOptions, createCloud } from './support/cloud';
import { descriptionOf, expectLanes, expectNeverEarly, settingsOf } from './support/outcome';
import { type Scenario, scenario } from './support/scenarios';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;

const quick = (draw: Chance) => () => draw.upTo(40);
/** Now and then a call stands still for longer than a lease lasts. */
const frozen = (draw: Chance) => () => (draw.upTo(60) === 0 ? draw.upTo(30 * MINUTE_MS) : draw.upTo(300));

function cloudOf({ playback, settings }: Scenario, draw: Chance, more: Partial<CloudOptions> = {}): Cloud {
  return createCloud({
    settings: settingsOf(playback, settings),
    description: descriptionOf(playback),
    chance: draw,
    latencyMs: { collector: quick(draw), sequencer: quick(draw) },
    ...more,
  });
}

function eventsOf({ sketches, order }: Scenario) {
  return order.map((n) => eventOf(sketches[n] as Sketch));
}

function expectDone(cloud: Cloud, { sketches, playback }: Scenario): void {
  expect(cloud.row()).toMatchObject({ phase: 'DONE', collected: sketches.length, late: 0 });
  expect(cloud.row()?.checkpoint?.released).toBe(sketches.length);
  expectLanes(cloud.world, sketches, playback);
  expectNeverEarly(cloud.world, cloud.watch, playback);
}

test('R1 to R7: given collectors and a sequencer side by side, then one replay comes out as its events happened', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(30), chance, async (drawn, draw) => {
      const cloud = cloudOf(drawn, draw());
      cloud.simulation.spawn(() => cloud.replay(eventsOf(drawn), MINUTE_MS));
      await cloud.simulation.run();
      expectDone(cloud, drawn);
    }),
    { numRuns: 30 },
  );
});

test.each([2, 3])(
  'R2 to R6: given %s sequencers that interleave at every port call, then the lanes are as from one',
  async (count) => {
    await fc.assert(
      fc.asyncProperty(scenario(25), chance, async (drawn, draw) => {
        const cloud = cloudOf(drawn, draw());
        cloud.simulation.spawn(() => cloud.replay(eventsOf(drawn), MINUTE_MS));
        cloud.simulation.spawn(async () => {
          while (!cloud.row()) await cloud.simulation.sleep(100);
          for (let n = 0; n < count - 1; n++)
            cloud.simulation.spawn(() => cloud.execute({ replay: REPLAY, generation: 1 }));
        });
        await cloud.simulation.run();
        expectDone(cloud, drawn);
      }),
      { numRuns: 20 },
    );
  },
);

test('R2 to R6: given sequencers of three generations that freeze for up to half an hour, then the lanes are as from one', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(25), chance, async (drawn, draw) => {
      const seeded = draw();
      const latencyMs = { collector: quick(seeded), sequencer: frozen(seeded) };
      const cloud = cloudOf(drawn, seeded, { latencyMs, timeouts: false });
      cloud.simulation.spawn(() => cloud.replay(eventsOf(drawn), MINUTE_MS));
      cloud.simulation.spawn(async () => {
        while (!cloud.row()) await cloud.simulation.sleep(100);
        for (const generation of [1, 2, 3])
          cloud.simulation.spawn(() => cloud.execute({ replay: REPLAY, generation }));
      });
      await cloud.simulation.run();
      expectDone(cloud, drawn);
    }),
    { numRuns: 20 },
  );
});
