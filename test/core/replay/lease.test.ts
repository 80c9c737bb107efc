import { textOf } from '../../../src/core/errors';
import { LEASE_GRACE_MS, MAX_START_ATTEMPTS } from '../../../src/core/limits';
import { ensureSequencer } from '../../../src/core/replay/lease';
import type { Phase, ReplayRow } from '../../../src/core/replay/row';
import { hasEnded } from '../../../src/core/replay/row';
import { crashAt } from '../../fakes/intercept';
import { createWorld, type World } from '../../fakes/world';
import { rejectionOf } from '../../support/errors';
import { REPLAY } from '../../support/events';

async function worldWith(changes: Partial<ReplayRow> = {}): Promise<World> {
  const world = createWorld();
  await world.replays.create({
    replay: REPLAY,
    phase: 'COLLECTING',
    generation: 1,
    buckets: 1,
    tiebreaker: '',
    createdAtMs: world.clock.now(),
    late: 0,
    expiresAtMs: 9e12,
    ...changes,
  });
  return world;
}

const rowOf = (world: World) => structuredClone(world.replays.row(REPLAY) as ReplayRow);
const generations = (world: World) => world.starts.running.map(({ generation }) => generation);

test('R7: given no sequencer was ever started, then the first generation is, and holds the lease', async () => {
  const world = await worldWith();
  const row = await ensureSequencer(rowOf(world), world);
  expect(row).toMatchObject({ generation: 1, leaseUntilMs: world.clock.now() + LEASE_GRACE_MS });
  expect(generations(world)).toEqual([1]);
});

test('given a lease that holds, then nothing is asked and nothing is started', async () => {
  const world = await worldWith({ leaseUntilMs: createWorld().clock.now() + 1 });
  const row = rowOf(world);
  world.replays.calls.length = 0;
  expect(await ensureSequencer(row, world)).toBe(row);
  expect([...world.replays.calls, ...world.starts.calls]).toEqual([]);
});

test('R7: given a lease that has run out, then the next generation is named first and started then', async () => {
  const world = await worldWith({ generation: 4, leaseUntilMs: createWorld().clock.now() });
  await ensureSequencer(rowOf(world), world);
  expect(generations(world)).toEqual([5]);
  expect(rowOf(world).generation).toBe(5);
  expect(world.replays.calls.filter(({ method }) => method === 'save').map(({ args }) => args[1])).toEqual([
    { generation: 5, leaseUntilMs: undefined },
    { leaseUntilMs: world.clock.now() + LEASE_GRACE_MS },
  ]);
});

test('R7: given a name that was used up, then the next generation is started', async () => {
  const world = await worldWith();
  for (const generation of [1, 2, 3]) world.starts.end({ replay: REPLAY, generation });
  expect(await ensureSequencer(rowOf(world), world)).toMatchObject({ generation: 4 });
  expect(generations(world)).toEqual([4]);
});

test('R7: given more used-up names than one try takes, then it says so, and trying again comes through', async () => {
  const world = await worldWith();
  for (let generation = 1; generation <= 8; generation++) world.starts.end({ replay: REPLAY, generation });
  const error = await rejectionOf(ensureSequencer(rowOf(world), world));
  expect(error).toMatchObject({ code: 'SequencerNotStarted', disposition: 'retry', ids: { replay: REPLAY } });
  expect(textOf(error)).toBe(
    `No sequencer of replay ${REPLAY} could be started in ${MAX_START_ATTEMPTS} attempts. ` +
      'The event is stored; trying again is safe.',
  );
  await ensureSequencer(rowOf(world), world);
  expect(generations(world)).toEqual([9]);
});

test('R7: given the last of the names tried is free, then its start is a success', async () => {
  const world = await worldWith();
  for (let generation = 1; generation < MAX_START_ATTEMPTS; generation++)
    world.starts.end({ replay: REPLAY, generation });
  expect(await ensureSequencer(rowOf(world), world)).toMatchObject({ generation: MAX_START_ATTEMPTS });
});

test('R7: given a crash at any point, when another event comes by, then a sequencer runs that the row knows of', async () => {
  for (const leaseUntilMs of [undefined, 5]) {
    for (let point = 0; ; point++) {
      const world = await worldWith(leaseUntilMs === undefined ? {} : { leaseUntilMs });
      const crash = crashAt(point);
      const { replays, starts, clock } = world.collectDeps({ hook: crash });
      await ensureSequencer(rowOf(world), { replays, starts, clock }).catch(() => {});
      if (!crash.crashed) break;
      await ensureSequencer(rowOf(world), world);
      expect(generations(world)).toContain(rowOf(world).generation);
      expect(rowOf(world).leaseUntilMs).toBeGreaterThan(world.clock.now());
    }
  }
});

test('R7: given an old view of the row, then what the row says now counts', async () => {
  const world = await worldWith({ leaseUntilMs: 5 });
  const old = rowOf(world);
  await ensureSequencer(old, world);
  const row = await ensureSequencer(old, world);
  expect(row).toEqual(rowOf(world));
  expect(generations(world)).toEqual([2]);
});

test('R7: given many collectors at once, then one sequencer is started', async () => {
  const world = await worldWith({ leaseUntilMs: 5 });
  await Promise.all([...Array(20).keys()].map(() => ensureSequencer(rowOf(world), world)));
  expect(generations(world)).toEqual([2]);
});

test.each<[Phase, boolean]>([
  ['COLLECTING', false],
  ['INCOMPLETE', false],
  ['SEALED', false],
  ['RELEASING', false],
  ['DONE', true],
  ['CANCELLED', true],
  ['FAILED', true],
])(
  'given the phase %s, then a replay has ended: %s, and a sequencer is started only if not',
  async (phase, ended) => {
    const world = await worldWith({ phase });
    await ensureSequencer(rowOf(world), world);
    expect(hasEnded(phase)).toBe(ended);
    expect(world.starts.running).toHaveLength(ended ? 0 : 1);
  },
);

test('given a row that is gone, then nothing is started and the row is answered as it was', async () => {
  const world = await worldWith({ leaseUntilMs: 5 });
  const row = { ...rowOf(world), replay: 'gone' };
  expect(await ensureSequencer(row, world)).toBe(row);
  expect(world.starts.running).toEqual([]);
});
