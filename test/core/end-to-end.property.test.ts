import fc from 'fast-check';
import { latencies } from '../support/chance';
import { eventOf, type Sketch } from '../support/events';
import { descriptionOf, expectLanes, expectNeverEarly, settingsOf, tiebreakersOf } from './support/outcome';
import { type Scenario, scenario } from './support/scenarios';
import { createStage, type Stage, type StageOptions } from './support/stage';

jest.setTimeout(60_000);

async function play(
  { sketches, order, playback, settings }: Scenario,
  options: StageOptions = {},
): Promise<Stage> {
  const stage = createStage({
    settings: settingsOf(playback, settings),
    description: descriptionOf(playback),
    ...options,
  });
  for (const n of order) await stage.deliver(eventOf(sketches[n] as Sketch));
  await stage.run();
  return stage;
}

test('R1 to R6: given any events in any order of arrival, some twice, then the lanes are theirs, and the report is right', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(60), latencies, async (drawn, latencyMs) => {
      const stage = await play(drawn, { latencyMs });
      expectLanes(stage.world, drawn.sketches, drawn.playback);
      expectNeverEarly(stage.world, stage.watch, drawn.playback);
      const events = drawn.sketches.length;
      expect(stage.report).toMatchObject({
        phase: 'DONE',
        collected: events,
        released: events,
        duplicates: drawn.order.length - events,
        late: 0,
        dead: 0,
      });
    }),
    { numRuns: 150 },
  );
});

test('R5: given two orders of arrival, buckets and speeds, then lanes, positions and offsets are the same', async () => {
  await fc.assert(
    fc.asyncProperty(scenario(40), scenario(1), async (drawn, other) => {
      const { byKey, bySequence } = drawn.playback;
      const first = await play(drawn);
      const second = await play({
        sketches: drawn.sketches,
        order: [...drawn.order].reverse(),
        playback: { ...other.playback, byKey, bySequence },
        settings: { ...other.settings },
      });
      const contents = (stage: Stage) =>
        [...stage.world.lanes.contents()].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(contents(second)).toEqual(contents(first));
      expect(tiebreakersOf(second.world)).toHaveLength(drawn.sketches.length);
    }),
    { numRuns: 60 },
  );
});

test('given calls with hardly any time, then a replay goes on in many of them and comes out the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario(30),
      latencies,
      fc.integer({ min: 15_100, max: 30_000 }),
      async (drawn, latencyMs, callMs) => {
        const stage = await play(drawn, { callMs, latencyMs });
        expectLanes(stage.world, drawn.sketches, drawn.playback);
        expectNeverEarly(stage.world, stage.watch, drawn.playback);
        expect(stage.report?.phase).toBe('DONE');
      },
    ),
    { numRuns: 60 },
  );
});
