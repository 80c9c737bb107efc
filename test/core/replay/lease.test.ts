import { LEASE_GRACE_MS } from '../../../src/core/limits';
import { ensureSequencer } from '../../../src/core/replay/lease';
import type { Phase, ReplayRow } from '../../../src/core/replay/row';
import { hasEnded } from '../../../src/core/replay/row';
import { crashAt } from '../../fakes/intercept';
import { createWorld, type World } from '../../fakes/world';
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

test("given a lease that has run out, then nothing is asked and nothing is started: a dead sequencer is the healer's", async () => {
  const world = await worldWith({ generation: 4, leaseUntilMs: createWorld().clock.now() - 1 });
  const row = rowOf(world);
  world.replays.calls.length = 0;
  expect(await ensureSequencer(row, world)).toBe(row);
  expect([...world.replays.calls, ...world.starts.calls]).toEqual([]);
});

test('given a generation that somebody has aborted, then nothing is started, with a lease or without one', async () => {
  for (const lease of [{}, { leaseUntilMs: 5 }]) {
    const world = await worldWith({ generation: 2, abortedGeneration: 2, ...lease });
    await ensureSequencer(rowOf(world), world);
    expect(world.starts.running).toEqual([]);
  }
});

test('given a name that is used up, then the lease is over, and no delivery after it tries that again', async () => {
  const world = await worldWith();
  world.starts.end({ replay: REPLAY, generation: 1 });
  const row = await ensureSequencer(rowOf(world), world);
  expect(row).toMatchObject({ generation: 1, leaseUntilMs: world.clock.now() });
  world.starts.calls.length = 0;
  await ensureSequencer(rowOf(world), world);
  expect(world.starts.calls).toEqual([]);
});

test('R7: given a crash at any point, when another event comes by, then a sequencer runs that the row knows of', async () => {
  for (let point = 0; point < 20; point++) {
    const world = await worldWith();
    const crash = crashAt(point);
    const { replays, starts, clock } = world.collectDeps({ hook: crash });
    await ensureSequencer(rowOf(world), { replays, starts, clock }).catch(() => {});
    await ensureSequencer(rowOf(world), world);
    expect(generations(world)).toEqual([1]);
    expect(rowOf(world).leaseUntilMs).toBeGreaterThan(world.clock.now());
  }
});

test('R7: given many collectors at once, then one sequencer is started', async () => {
  const world = await worldWith();
  await Promise.all([...Array(20).keys()].map(() => ensureSequencer(rowOf(world), world)));
  expect(generations(world)).toEqual([1]);
});

test('given an old view of a row that has ended since, then the row is not changed', async () => {
  const world = await worldWith();
  const old = rowOf(world);
  (world.replays.row(REPLAY) as ReplayRow).phase = 'CANCELLED';
  expect(await ensureSequencer(old, world)).toMatchObject({ phase: 'CANCELLED' });
  expect(rowOf(world)).not.toHaveProperty('leaseUntilMs');
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

test('given a row that is gone, then the row is answered as it was', async () => {
  const world = await worldWith();
  const row = { ...rowOf(world), replay: 'gone' };
  expect(await ensureSequencer(row, world)).toBe(row);
});
