import {
  HEAL_EVERY_MS,
  HOUR_MS,
  LEASE_GRACE_MS,
  MAX_START_ATTEMPTS,
  MINUTE_MS,
  RESTARTS_BEFORE_ALARM,
} from '../../../src/core/limits';
import { type Healed, heal, healAll } from '../../../src/core/replay/heal';
import { ensureSequencer } from '../../../src/core/replay/lease';
import type { ReplayRow } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import { crashAt, type PortCall } from '../../fakes/intercept';
import { createWorld, type World } from '../../fakes/world';
import { rejectionOf } from '../../support/errors';
import { REPLAY } from '../../support/events';

const NOW_MS = createWorld().clock.now();
const OVER = { leaseUntilMs: NOW_MS - 1 };
const ABORTED = {
  abortedGeneration: 1,
  warnings: [{ code: 'SequencerAborted', message: 'It was aborted.' }],
};
const HOLDS = { leaseUntilMs: NOW_MS + MINUTE_MS };

async function worldWith(changes: Partial<ReplayRow> = {}, replay = REPLAY): Promise<World> {
  const world = createWorld();
  await addRow(world, replay, changes);
  return world;
}

const addRow = (world: World, replay: string, changes: Partial<ReplayRow> = {}) =>
  world.replays.create({
    replay,
    phase: 'COLLECTING',
    generation: 1,
    buckets: 1,
    tiebreaker: '',
    createdAtMs: NOW_MS,
    late: 0,
    expiresAtMs: 9e12,
    ...changes,
  });

const rowOf = (world: World) => structuredClone(world.replays.row(REPLAY) as ReplayRow);
const running = (world: World) => world.starts.running.map(({ generation }) => generation);
const input = (generation: number) => ({ replay: REPLAY, generation });
const died = (generation: number, aborted = false) => ({ replay: REPLAY, generation, aborted });
const healIt = (world: World, ended?: ReturnType<typeof died>) => heal(REPLAY, world.healDeps(), ended);

describe('the schedule', () => {
  test('R7: given a generation that nobody has started, then it is started, and nothing is counted', async () => {
    const world = await worldWith();
    expect(await healIt(world)).toMatchObject({ outcome: 'started' });
    expect(running(world)).toEqual([1]);
    expect(rowOf(world).leaseUntilMs).toBe(NOW_MS + LEASE_GRACE_MS);
    expect(rowOf(world)).not.toHaveProperty('restarts');
  });

  test('R7: given a sequencer that died, then the next generation is named first and started then', async () => {
    const world = await worldWith({ generation: 4, ...OVER });
    world.starts.end(input(4));
    expect(await healIt(world)).toMatchObject({ outcome: 'restarted', generation: 5, restarts: 1 });
    expect(running(world)).toEqual([5]);
    const saves = world.replays.calls.filter(({ method }) => method === 'save').map(({ args }) => args[1]);
    expect(saves).toEqual([
      { generation: 5, leaseUntilMs: undefined, restarts: 1, notBeforeMs: NOW_MS + MINUTE_MS },
      { leaseUntilMs: NOW_MS + LEASE_GRACE_MS },
    ]);
  });

  test.each<[string, Partial<ReplayRow>]>([
    ['a lease that holds', HOLDS],
    ['a replay that is DONE', { ...OVER, phase: 'DONE' }],
    ['a replay that is CANCELLED', { phase: 'CANCELLED' }],
    ['a generation that somebody has aborted', { ...OVER, ...ABORTED }],
    ['an aborted one without a lease', ABORTED],
    [
      'a row that somebody made before its replay',
      { generation: undefined as never, createdAtMs: undefined as never },
    ],
  ])('given %s, then it is left alone', async (_what, changes) => {
    const world = await worldWith(changes);
    world.starts.end(input(1));
    expect(await healIt(world)).toMatchObject({ outcome: 'leftAlone' });
    expect(running(world)).toEqual([]);
    expect(world.replays.calls.some(({ method }) => method === 'save')).toBe(false);
  });

  test('given a lease that is over and an execution that runs, then it is left alone: it goes on or ends by itself', async () => {
    const world = await worldWith(OVER);
    await world.starts.start(input(1));
    expect(await healIt(world)).toMatchObject({ outcome: 'leftAlone' });
    expect(running(world)).toEqual([1]);
  });

  test('R7: given an execution that was aborted, then it is not restarted, and the row says what to do', async () => {
    const world = await worldWith({ ...OVER, warnings: [{ code: 'Other', message: 'stays' }] });
    world.starts.end(input(1), 'aborted');
    expect(await healIt(world)).toMatchObject({ outcome: 'aborted' });
    expect(rowOf(world)).toMatchObject({
      generation: 1,
      abortedGeneration: 1,
      warnings: [
        { code: 'Other' },
        { code: 'SequencerAborted', message: expect.stringContaining('start generation 2 by hand') },
      ],
    });
    world.starts.calls.length = 0;
    for (let look = 0; look < 5; look++) {
      world.clock.advance(HEAL_EVERY_MS);
      await healIt(world);
      await ensureSequencer(rowOf(world), world);
    }
    expect(world.starts.calls).toEqual([]);
  });

  test('R7: given names that are used up, then the next free one is started', async () => {
    const world = await worldWith(OVER);
    for (const generation of [1, 2, 3]) world.starts.end(input(generation));
    expect(await healIt(world)).toMatchObject({ outcome: 'restarted', generation: 4, restarts: 1 });
    expect(rowOf(world).generation).toBe(4);
  });

  test('R7: given a used-up name whose execution was aborted, then nothing is started after it', async () => {
    const world = await worldWith(OVER);
    world.starts.end(input(1));
    world.starts.end(input(2), 'aborted');
    expect(await healIt(world)).toMatchObject({ outcome: 'aborted' });
    expect(rowOf(world)).toMatchObject({ generation: 2, abortedGeneration: 2 });
    await ensureSequencer(rowOf(world), world);
    expect(running(world)).toEqual([]);
  });

  test('R7: given more used-up names than one look takes, then it says so, and a later look comes through', async () => {
    const world = await worldWith(OVER);
    for (let generation = 1; generation <= MAX_START_ATTEMPTS + 2; generation++)
      world.starts.end(input(generation));
    const error = await rejectionOf(healIt(world));
    expect(error).toMatchObject({ code: 'SequencerNotStarted', disposition: 'retry' });
    world.clock.advance(HEAL_EVERY_MS);
    expect(await healIt(world)).toMatchObject({ outcome: 'restarted', generation: MAX_START_ATTEMPTS + 3 });
  });

  test('R7: given a healer that dies at any point, when the next look comes, then the sequencer that the row names runs', async () => {
    for (let point = 0; point < 30; point++) {
      const world = await worldWith(OVER);
      world.starts.end(input(1));
      await heal(REPLAY, world.healDeps({ hook: crashAt(point) })).catch(() => {});
      world.clock.advance(HEAL_EVERY_MS);
      await healIt(world);
      expect(running(world)).toEqual([rowOf(world).generation]);
      expect(rowOf(world).leaseUntilMs).toBeGreaterThan(world.clock.now());
    }
  });

  test('given two healers at once, then one sequencer is started', async () => {
    const world = await worldWith(OVER);
    world.starts.end(input(1));
    await Promise.all([healIt(world), healIt(world), healIt(world)]);
    expect(running(world)).toEqual([2]);
  });

  test.each<[string, Partial<ReplayRow>]>([
    ['another healer was here', { generation: 2 }],
    ['a sequencer lives after all', HOLDS],
    ['somebody has cancelled the replay', { phase: 'CANCELLED' }],
  ])(
    'given that %s since the row was read, then nothing is saved and nothing is started',
    async (_what, since) => {
      const world = await worldWith(OVER);
      world.starts.end(input(1));
      const hook = {
        after({ method }: PortCall) {
          if (method === 'status') Object.assign(world.replays.row(REPLAY) as ReplayRow, since);
        },
      };
      expect(await heal(REPLAY, world.healDeps({ hook }))).toMatchObject({ outcome: 'leftAlone' });
      expect(running(world)).toEqual([]);
      expect(rowOf(world)).not.toHaveProperty('restarts');
    },
  );

  test.each<[string, Record<string, unknown>, string]>([
    ['a generation that is a text', { generation: 'two' }, 'generation is the text "two"'],
    [
      'an aborted generation that nobody has aborted',
      { abortedGeneration: 9 },
      'start generation 10 by hand',
    ],
  ])(
    'given somebody who types %s, when the sequencer is dead, then the row says why nobody goes on, once',
    async (_what, typed, says) => {
      const world = await worldWith({ ...OVER, retainedUntilMs: NOW_MS + HOUR_MS });
      Object.assign(world.replays.row(REPLAY) as ReplayRow, typed);
      const look = () =>
        healAll(world.healDeps(), {
          healed: () => {},
          failed: (_, error) => {
            throw error;
          },
        });
      await look();
      expect(
        rowOf(world)
          .warnings?.map(({ message }) => message)
          .join(),
      ).toContain(says);
      await look();
      expect(world.replays.calls.filter(({ method }) => method === 'save')).toHaveLength(1);
      expect(running(world)).toEqual([]);
    },
  );

  test('given rows of which one cannot be helped, then the others are', async () => {
    const world = await worldWith(OVER, 'first');
    await addRow(world, 'second', OVER);
    await addRow(world, 'third', { phase: 'DONE' });
    await addRow(world, 'fourth', HOLDS);
    world.starts.failNext('status');
    const healed: Healed[] = [];
    const failed: string[] = [];
    await healAll(world.healDeps(), {
      healed: (each) => healed.push(each),
      failed: (replay) => failed.push(replay),
    });
    expect(failed).toEqual(['first']);
    expect(healed).toMatchObject([{ outcome: 'restarted', replay: 'second' }]);
  });
});

describe('the delay', () => {
  test('R7: given sequencers that come no further, then they are restarted at once, after 1, 2, 4 … minutes, and then once an hour', async () => {
    const world = await worldWith(HOLDS);
    await world.starts.start(input(1));
    const waitsMs: number[] = [];
    let lastMs = world.clock.now();
    for (let generation = 1; generation <= 12; generation++) {
      world.starts.end(input(generation));
      while ((await healIt(world, died(generation))).outcome === 'waits') world.clock.advance(MINUTE_MS);
      waitsMs.push(world.clock.now() - lastMs);
      lastMs = world.clock.now();
    }
    expect(waitsMs.map((ms) => ms / MINUTE_MS)).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    expect(rowOf(world)).toMatchObject({ generation: 13, restarts: 12 });
  });

  test('given an event before the time has come, then the lease is over, so that the schedule need not wait for it', async () => {
    const world = await worldWith({ ...HOLDS, restarts: 1, notBeforeMs: NOW_MS + 2 * MINUTE_MS });
    expect(await healIt(world, died(1))).toMatchObject({ outcome: 'waits' });
    expect(rowOf(world).leaseUntilMs).toBe(NOW_MS);
    world.clock.advance(HEAL_EVERY_MS);
    expect(await healIt(world)).toMatchObject({ outcome: 'restarted', restarts: 2 });
  });

  test('given ten restarts without progress, then the row says so; a poll that comes to its end takes it back', async () => {
    const world = await worldWith({ ...OVER, restarts: RESTARTS_BEFORE_ALARM - 1 });
    expect(await healIt(world)).toMatchObject({ restarts: RESTARTS_BEFORE_ALARM });
    expect(rowOf(world).warnings).toMatchObject([
      { code: 'SequencerKeepsEnding', message: expect.stringContaining('restarted 10 times') },
    ]);
    world.status.set(REPLAY, { state: 'RUNNING', description: '' });
    await sequence(input(2), world.sequenceDeps());
    const row = rowOf(world);
    for (const gone of ['restarts', 'notBeforeMs', 'warnings']) expect(row).not.toHaveProperty(gone);
  });

  test('given a sequencer that takes over and comes no further, then the count stands', async () => {
    const world = await worldWith({
      generation: 2,
      phase: 'RELEASING',
      restarts: 3,
      notBeforeMs: NOW_MS + HOUR_MS,
    });
    world.buffer.failNext('read');
    await sequence(input(3), world.sequenceDeps()).catch(() => {});
    expect(rowOf(world)).toMatchObject({ generation: 3, restarts: 3, notBeforeMs: NOW_MS + HOUR_MS });
  });
});

describe('what Step Functions tells', () => {
  test('given an execution that failed, then the next one is started although the lease still holds', async () => {
    const world = await worldWith(HOLDS);
    expect(await healIt(world, died(1))).toMatchObject({ outcome: 'restarted', generation: 2 });
  });

  test('given an event of an old generation, then it is left alone', async () => {
    for (const aborted of [true, false]) {
      const world = await worldWith({ generation: 2, ...HOLDS });
      expect(await healIt(world, died(1, aborted))).toMatchObject({ outcome: 'leftAlone' });
      expect(rowOf(world).generation).toBe(2);
    }
  });

  test('given one that had not named itself yet, then the one after it is started, unless the one before it runs', async () => {
    const world = await worldWith(HOLDS);
    await world.starts.start(input(1));
    expect(await healIt(world, died(2))).toMatchObject({ outcome: 'leftAlone' });
    world.starts.end(input(1));
    expect(await healIt(world, died(2))).toMatchObject({ outcome: 'restarted', generation: 3 });
  });

  test('given an execution that was aborted, then the row says so at once, and a generation started by hand goes on as ever', async () => {
    const world = await worldWith(HOLDS);
    world.starts.end(input(1), 'aborted');
    expect(await healIt(world, died(1, true))).toMatchObject({ outcome: 'aborted' });
    world.status.set(REPLAY, { state: 'RUNNING', description: '' });
    await world.starts.start(input(2));
    await sequence(input(2), world.sequenceDeps());
    expect(rowOf(world)).toMatchObject({ generation: 2 });
    expect(rowOf(world)).not.toHaveProperty('abortedGeneration');
    expect(rowOf(world)).not.toHaveProperty('warnings');
    world.starts.end(input(2));
    expect(await healIt(world, died(2))).toMatchObject({ outcome: 'restarted', generation: 3 });
  });

  test('given an abort that somebody took back by a generation that died before it named itself, then the one after it goes on, and the row says no more of the abort', async () => {
    const world = await worldWith({ ...OVER, ...ABORTED });
    world.starts.end(input(1), 'aborted');
    world.starts.end(input(2));
    expect(await healIt(world, died(2))).toMatchObject({ outcome: 'restarted', generation: 3 });
    expect(rowOf(world)).toMatchObject({ generation: 3 });
    expect(rowOf(world)).not.toHaveProperty('abortedGeneration');
    expect(rowOf(world)).not.toHaveProperty('warnings');
  });

  test('given a row that is gone, then nothing is started', async () => {
    expect(await healIt(createWorld(), died(1))).toMatchObject({ outcome: 'leftAlone' });
  });
});
