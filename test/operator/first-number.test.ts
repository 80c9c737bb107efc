import fc from 'fast-check';
import type { ReplayRow } from '../../src/core/replay/row';
import { REPLAY, WINDOW_START_MS } from '../support/events';
import { releasingRow, worldWithReplay } from '../support/replays';
import { play, runAgain } from './support';

const at = (second: number) => new Date(WINDOW_START_MS + second * 1_000).toISOString();

test('given any bounds, then the row says which event of the set its first one is', async () => {
  const seconds = [...Array(20).keys()].map((n) => 3 * n);
  const world = await worldWithReplay(releasingRow(seconds, { speed: 'max' }), seconds);
  await play(world, REPLAY);
  const positions = (world.lanes.log[0]?.positions ?? []).concat(
    ...world.lanes.log.slice(1).map((each) => each.positions),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('from', 'after'), fc.nat(19), fc.boolean(), async (kind, n, byTime) => {
      const bound = byTime ? at(3 * n) : (positions[n] as string);
      const run = await runAgain(world, { [kind]: bound });
      expect((world.replays.row(run) as ReplayRow).firstNumber).toBe(kind === 'from' ? n + 1 : n + 2);
    }),
    { numRuns: 40 },
  );
});

test('given the whole set, then it begins with the first; of late events nobody can say', async () => {
  const world = await worldWithReplay(releasingRow([0, 1], { speed: 'max' }), [0, 1]);
  await play(world, REPLAY);
  expect(world.replays.row(await runAgain(world))).toMatchObject({ firstNumber: 1 });
  expect(world.replays.row(await runAgain(world, { include: 'late' }))).not.toHaveProperty('firstNumber');
});

test('given a buffer that nobody may read, then the run is made all the same', async () => {
  const world = await worldWithReplay(releasingRow([0, 1], { speed: 'max' }), [0, 1]);
  await play(world, REPLAY);
  world.buffer.failNext('count');
  const run = await runAgain(world, { from: at(1) });
  expect(world.replays.row(run)).not.toHaveProperty('firstNumber');
});
