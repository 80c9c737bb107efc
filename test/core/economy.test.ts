import { createCollector } from '../../src/core/collect/collect';
import { FIRST_PAGE_EVENTS } from '../../src/core/limits';
import { createWorld, type World } from '../fakes/world';
import { eventOf, REPLAY, type Sketch } from '../support/events';
import { createStage, type Stage } from './support/stage';

jest.setTimeout(60_000);

const BUCKETS = 8;
const sketchesOf = (count: number, secondsApart: number): Sketch[] =>
  [...Array(count).keys()].map((n) => ({
    id: `e-${n}`,
    second: n * secondsApart,
    sequence: n,
    key: `key-${n % 3}`,
  }));

/** A replay that is collected, and whose calls from here on are those of its release. */
async function collectedStage(sketches: Sketch[], description: string): Promise<Stage> {
  const stage = createStage({ description, settings: { buckets: BUCKETS, tiebreaker: 'detail.sequence' } });
  for (const sketch of sketches) await stage.deliver(eventOf(sketch));
  for (const calls of callsOf(stage.world)) calls.length = 0;
  return stage;
}

const callsOf = ({ buffer, lanes, replays, status, queues, starts }: World) =>
  [buffer, lanes, replays, status, queues, starts].map(({ calls }) => calls);
const countOf = (world: World) => callsOf(world).flat().length;
const readsOf = (world: World) => world.buffer.calls.filter(({ method }) => method === 'read');

test('given a sparse replay, then each event costs a bounded number of calls, and no pages are read far ahead', async () => {
  const sketches = sketchesOf(60, 600);
  const { world, run } = await collectedStage(sketches, 'speed=1');
  await run();
  expect(world.replays.row(REPLAY)?.phase).toBe('DONE');
  // Each step reads the beginning of each bucket, appends, and saves; two steps an event.
  expect(countOf(world)).toBeLessThanOrEqual(sketches.length * (2 * BUCKETS + 8) + 50);
  const limits = readsOf(world).map(({ args }) => args[3] as number);
  expect(Math.max(...limits)).toBe(FIRST_PAGE_EVENTS);
});

test('given a pause of a day, then it costs one step an hour', async () => {
  const { world, run, answers } = await collectedStage(sketchesOf(2, 86_400), 'speed=1');
  await run();
  expect(answers.filter(({ action }) => action === 'wait').length).toBeLessThanOrEqual(24 + 10);
  expect(countOf(world)).toBeLessThanOrEqual(35 * (BUCKETS + 4));
});

test('given a dense replay, then its release costs a fraction of a call an event', async () => {
  const sketches = sketchesOf(6_000, 0);
  const { world, run } = await collectedStage(sketches, 'speed=max');
  await run();
  expect(world.replays.row(REPLAY)?.phase).toBe('DONE');
  expect(countOf(world)).toBeLessThanOrEqual(sketches.length / 15);
  expect(world.lanes.calls).toHaveLength(sketches.length / 25);
});

test('given a steady replay of ten events a second, then it costs about one append an event, and one save a second', async () => {
  const sketches = sketchesOf(600, 1);
  const { world, run } = await collectedStage(sketches, 'speed=10');
  await run();
  expect(world.lanes.calls).toHaveLength(600);
  const saves = world.replays.calls.filter(({ method }) => method === 'save');
  expect(saves.length).toBeLessThanOrEqual(60 + 20);
  expect(readsOf(world).length).toBeLessThanOrEqual(BUCKETS * 6);
});

test('given a busy collector, then collecting costs one write an event, and one read of the row every two seconds', async () => {
  const world = createWorld();
  const collect = createCollector(world.collectDeps());
  for (const sketch of sketchesOf(2_000, 0)) {
    await collect(eventOf(sketch));
    world.clock.advance(10);
  }
  expect(world.buffer.calls).toHaveLength(2_000);
  expect(world.starts.calls).toHaveLength(1);
  expect(world.replays.calls.length).toBeLessThanOrEqual(10 + 5);
});
