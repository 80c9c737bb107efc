import { unavailable } from '../../src/core/errors';
import { MAX_RUN_NUMBER } from '../../src/core/limits';
import { healAll } from '../../src/core/replay/heal';
import { DEFAULT_OPTIONS } from '../../src/core/replay/options';
import type { ReplayRow } from '../../src/core/replay/row';
import { sequence } from '../../src/core/replay/sequence';
import { dwellMs } from '../../src/core/settings';
import { rerun } from '../../src/operator/rerun';
import type { RerunRequest } from '../../src/operator/run-request';
import type { World } from '../fakes/world';
import { rejectionOf } from '../support/errors';
import { REPLAY } from '../support/events';
import { releasingRow, rowOf, worldWithReplay } from '../support/replays';
import { comesLate, idsOf, play, rerunDeps, runAgain } from './support';

const DAY_MS = 86_400_000;

/** A set of three events that was released and is DONE, and has a window of an hour. */
async function doneWorld(changes: Partial<ReplayRow> = {}): Promise<World> {
  const seconds = [0, 10, 20];
  const world = await worldWithReplay(releasingRow(seconds, { speed: 'max' }), seconds);
  const nowMs = world.clock.now();
  await play(world, REPLAY);
  const window = { fromMs: nowMs, toMs: nowMs + 3_600_000 };
  Object.assign(rowOf(world), { window, completedAtMs: nowMs, sealedAtMs: nowMs, ...changes });
  return world;
}

const rerunOf = (world: World, run = `${REPLAY}@2`) => world.replays.row(run) as ReplayRow;

test('a rerun has a row of its own, sealed from its beginning, and a sequencer', async () => {
  const world = await doneWorld({ tiebreaker: 'detail.sequence', expiresAtMs: 9e12 });
  const { deps, told } = rerunDeps(world);
  const run = await rerun(
    {
      replay: REPLAY,
      include: 'all',
      from: '2026-11-01T00:00:10Z',
      to: '2026-11-01T01:00:00+01:00',
      speed: '10',
      consumers: ['search', 'billing', 'search'],
    },
    deps,
  ).catch((error) => error);
  expect(run).toMatchObject({ code: 'InvalidOption', message: expect.stringContaining('Option to=') });
  const request = { include: 'all', from: '2026-11-01T00:00:10Z', to: '2026-11-01T02:00:00+01:00' } as const;
  const consumers = ['search', 'billing', 'search'];
  expect(await rerun({ replay: REPLAY, ...request, speed: '10', consumers }, deps)).toBe(`${REPLAY}@2`);
  const { buckets, retainedUntilMs, options } = rowOf(world);
  expect(rerunOf(world)).toMatchObject({
    replay: `${REPLAY}@2`,
    phase: 'SEALED',
    generation: 1,
    set: REPLAY,
    include: 'all',
    from: '2026-11-01T00:00:10.000000000Z',
    to: '2026-11-01T01:00:00.000000000Z',
    consumers: ['search', 'billing'],
    buckets,
    tiebreaker: 'detail.sequence',
    options: { ...options, speed: '10' },
    createdAtMs: world.clock.now(),
    retainedUntilMs,
    late: 0,
    expiresAtMs: 9e12,
  });
  expect(rerunOf(world).leaseUntilMs).toBeGreaterThan(world.clock.now());
  expect(world.starts.running).toContainEqual({ replay: `${REPLAY}@2`, generation: 1 });
  expect(told).toEqual({ named: [`${REPLAY}@2`], notStarted: [] });
});

describe('the dwell', () => {
  /** How long after its making a run first appends something. */
  async function firstAppendMs(include: 'sealed' | 'all' | 'late'): Promise<number> {
    const world = await doneWorld();
    await comesLate(world, 15, 'late');
    world.clock.advance(5 * DAY_MS);
    const beganMs = world.clock.now();
    const run = await runAgain(world, { include });
    let firstMs: number | undefined;
    for (let calls = 0; firstMs === undefined && calls < 10; calls++) {
      const before = () => {
        if (world.lanes.calls.some(({ args }) => String(args[0]).startsWith(run)))
          firstMs ??= world.clock.now();
      };
      const answer = await sequence({ replay: run, generation: 1 }, world.sequenceDeps({ hook: { before } }));
      if ('resumeAt' in answer) world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
    }
    return (firstMs as number) - beganMs;
  }

  test('a set that was sealed long ago needs none for what was sealed', async () => {
    expect(await firstAppendMs('sealed')).toBe(0);
  });

  test.each(['all', 'late'] as const)(
    'R6: a run of %s waits it out, and delivers right then',
    async (include) => {
      const world = await doneWorld();
      expect(await firstAppendMs(include)).toBe(dwellMs(world.settings));
    },
  );

  test('R1: given a late event whose put takes as long as it may, then the run that it was received before has it', async () => {
    const world = await doneWorld();
    const receivedAtMs = world.clock.now();
    const run = await runAgain(world, { include: 'late' });
    await sequence({ replay: run, generation: 1 }, world.sequenceDeps());
    expect(rerunOf(world).sealedAtMs).toBe(receivedAtMs);
    // It arrives just before the dwell is over.
    const comesMs = dwellMs(world.settings) - 1;
    const realNow = world.clock.now;
    world.clock.now = () => receivedAtMs;
    await comesLate(world, 15, 'late');
    world.clock.now = realNow;
    world.clock.set(receivedAtMs + comesMs);
    await play(world, run);
    expect(idsOf(world, run)).toEqual(['late']);
  });
});

describe('a set that may not be run again is refused with the reason', () => {
  const refusal = (world: World, request: Partial<RerunRequest> = {}) =>
    rerun({ replay: REPLAY, ...request }, rerunDeps(world).deps).then(
      () => undefined,
      (error) => error,
    );

  test.each<[Partial<ReplayRow>, string, string, string]>([
    [
      { phase: 'COLLECTING' },
      'RunRefused',
      'It is COLLECTING, and its set was not sealed',
      'Ask again once it is',
    ],
    [
      { phase: 'SEALED' },
      'RunRefused',
      'It is SEALED, and its set was not sealed and counted.',
      'Ask again once it is',
    ],
    [{ phase: 'CANCELLED' }, 'RunRefused', 'It is CANCELLED, and its set was not', 'Start another replay'],
    [{ phase: 'FAILED' }, 'RunRefused', 'It is FAILED, and its set was not', 'Start another replay'],
  ])('with the row %j', async (changes, code, message, remedy) => {
    const world = await worldWithReplay(changes);
    const error = await refusal(world);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(error.remedy).toContain(remedy);
    expect(world.replays.row(`${REPLAY}@2`)).toBeUndefined();
  });

  test('its events are not kept any more, or nobody knows for how long', async () => {
    const world = await doneWorld();
    world.clock.advance(14 * DAY_MS);
    expect(await refusal(world)).toMatchObject({
      code: 'RunRefused',
      message: expect.stringMatching(/Its events were kept until 2026-12-04T12:00:00.000Z/),
    });
    const { retainedUntilMs: _, ...row } = rowOf(await doneWorld());
    world.replays.type(row);
    expect(await refusal(world)).toMatchObject({ message: expect.stringContaining('until when its events') });
  });

  test('it would take longer than its events are kept', async () => {
    const world = await doneWorld();
    world.clock.advance(14 * DAY_MS - 1_800_000);
    expect(await refusal(world, { speed: '1' })).toMatchObject({ code: 'PlaybackOutlivesRetention' });
    expect(await refusal(world, { speed: '1', from: '2026-11-20T12:40:00Z' })).toBeUndefined();
    expect(await refusal(world, { speed: '1', to: '2026-11-20T12:20:00Z' })).toBeUndefined();
    expect(await refusal(world, { speed: '1', idle: '1s' })).toBeUndefined();
  });

  test('somebody has typed what nobody can read', async () => {
    const world = await doneWorld({ buckets: 0 });
    expect(await refusal(world)).toMatchObject({ code: 'RowNotReadable' });
  });

  test('there is no such replay, or it is a run', async () => {
    const world = await doneWorld();
    expect(await refusal(world, { replay: 'other' })).toMatchObject({ code: 'ReplayNotFound' });
    expect(await refusal(world, { replay: `${REPLAY}@2` })).toMatchObject({
      code: 'RunRefused',
      remedy: `Ask for another run of ${REPLAY}.`,
    });
    expect(await refusal(world, { replay: 'no name' })).toMatchObject({ code: 'RunRefused' });
  });

  test.each<[Partial<RerunRequest>, string]>([
    [{ include: 'some' as never }, 'include=some'],
    [{ speed: 'fast' }, 'speed=fast'],
    [{ idle: '5' }, 'idle=5'],
    [{ orderingKey: 'detail[' }, 'orderingKey=detail['],
    [{ from: 'noon' }, 'from=noon'],
    [{ after: 'noon' }, 'after=noon'],
    [{ to: 'noon' }, 'to=noon'],
    [{ from: '2026-11-20', after: '2026-11-20' }, 'after=2026-11-20'],
    [{ from: '2026-11-20', to: '2026-11-20' }, 'to=2026-11-20'],
    [{ after: '2026-11-20', to: '2026-11-20' }, 'to=2026-11-20'],
    [{ consumers: [] }, 'consumers='],
    [{ consumers: ['a', ''] }, 'consumers=a,'],
    [{ consumers: ['x'.repeat(512)] }, `consumers=${'x'.repeat(80)}`],
    [{ name: 'other@2' }, 'name=other@2'],
    [{ name: `${REPLAY}@1` }, `name=${REPLAY}@1`],
  ])('the request %j is none', async (request, says) => {
    const world = await doneWorld();
    const error = await refusal(world, request);
    expect(error).toMatchObject({
      code: 'InvalidOption',
      message: expect.stringContaining(`Option ${says} is`),
    });
    expect(error.remedy).toContain('nothing was started');
    expect(world.replays.row(`${REPLAY}@2`)).toBeUndefined();
  });

  test('another run that releases late events has not ended', async () => {
    const world = await doneWorld();
    await runAgain(world, { include: 'all', consumers: ['a'] });
    expect(await refusal(world, { include: 'late' })).toMatchObject({
      code: 'RunRefused',
      message: expect.stringContaining(`${REPLAY}@2, which releases late events too, is SEALED.`),
    });
    expect(await refusal(world, { include: 'all' })).toBeUndefined();
    expect(await refusal(world)).toBeUndefined();
    rerunOf(world).phase = 'CANCELLED';
    rerunOf(world, `${REPLAY}@3`).phase = 'CANCELLED';
    expect(await refusal(world, { include: 'late' })).toBeUndefined();
  });

  test('it has had as many as it may', async () => {
    const world = await doneWorld();
    await runAgain(world);
    const replays = {
      ...world.replays,
      get: async (name: string) => world.replays.row(name) ?? rerunOf(world),
    };
    const { deps } = rerunDeps(world, { replays });
    await expect(rerun({ replay: REPLAY }, deps)).rejects.toMatchObject({
      code: 'RunRefused',
      message: expect.stringContaining(`It has ${MAX_RUN_NUMBER - 1} reruns`),
    });
  });
});

describe('late runs', () => {
  test('the first one has no beginning; each goes on where the last one that is DONE ended, or a run of all', async () => {
    const world = await doneWorld();
    const upTo: number[] = [];
    for (const include of ['late', 'late', 'all', 'late'] as const) {
      world.clock.advance(60_000);
      upTo.push((await play(world, await runAgain(world, { include }))).sealedAtMs as number);
    }
    const from = [2, 3, 4, 5].map((n) => rerunOf(world, `${REPLAY}@${n}`).lateFromMs);
    expect(from).toEqual([undefined, upTo[0], undefined, upTo[2]]);
  });

  test.each<[string, Partial<RerunRequest>]>([
    ['with a beginning', { from: '2026-11-01' }],
    ['after a place', { after: '2026-11-01' }],
    ['with an end', { to: '2027-01-01' }],
    ['for some consumers', { consumers: ['a'] }],
    ['of what was sealed', { include: 'sealed' }],
  ])('R1: after a run %s, the next one for all leaves nothing out', async (_, request) => {
    const world = await doneWorld();
    await play(world, await runAgain(world, { include: 'late', ...request }));
    const run = await runAgain(world, { include: 'late' });
    expect(rerunOf(world, run).lateFromMs).toBeUndefined();
  });

  test.each(['CANCELLED', 'FAILED'] as const)(
    'R1: after a run that is %s, nothing is left out',
    async (phase) => {
      const world = await doneWorld();
      Object.assign(await play(world, await runAgain(world, { include: 'late' })), { phase });
      const run = await runAgain(world, { include: 'late' });
      expect(rerunOf(world, run).lateFromMs).toBeUndefined();
    },
  );

  test('a run for some consumers goes on after one for all, and after one for more', async () => {
    const world = await doneWorld();
    const all = await play(world, await runAgain(world, { include: 'late' }));
    world.clock.advance(1_000);
    const both = await runAgain(world, { include: 'late', consumers: ['b', 'a'] });
    expect(rerunOf(world, both).lateFromMs).toBe(all.sealedAtMs);
    const { sealedAtMs } = await play(world, both);
    expect(rerunOf(world, await runAgain(world, { include: 'late', consumers: ['a'] })).lateFromMs).toBe(
      sealedAtMs,
    );
    rerunOf(world, `${REPLAY}@4`).phase = 'CANCELLED';
    const other = await runAgain(world, { include: 'late', consumers: ['a', 'c'] });
    expect(rerunOf(world, other).lateFromMs).toBe(all.sealedAtMs);
  });
});

describe('made once', () => {
  test('a request that is made again with the name that it was told makes no second run', async () => {
    const world = await doneWorld();
    const { deps, told } = rerunDeps(world);
    const request = { replay: REPLAY, include: 'late', consumers: ['a', 'b'] } as const;
    const name = await rerun(request, deps);
    for (const phase of ['SEALED', 'RELEASING', 'DONE'] as const) {
      rerunOf(world).phase = phase;
      expect(await rerun({ ...request, name }, deps)).toBe(name);
    }
    expect(world.replays.row(`${REPLAY}@3`)).toBeUndefined();
    expect(told.named).toEqual([name]);
  });

  test.each<Partial<RerunRequest>>([
    { include: 'all' },
    { from: '2026-11-02' },
    { after: '2026-11-01' },
    { to: '2026-11-02' },
    { speed: '2' },
    { orderingKey: 'detail.orderId' },
    { consumers: ['a'] },
  ])('under that name nobody gets another run: %j', async (other) => {
    const world = await doneWorld();
    const request = { replay: REPLAY, from: '2026-11-01', speed: '3' };
    const name = await rerun(request, rerunDeps(world).deps);
    const { from: _, ...rest } = request;
    const asked = { ...('after' in other ? rest : request), ...other, name };
    await expect(rerun(asked, rerunDeps(world).deps)).rejects.toMatchObject({
      code: 'RunRefused',
      message: expect.stringContaining(`${name} is another run`),
    });
  });

  test('given the name of a run that was never made, then it is made if its number is the next', async () => {
    const world = await doneWorld();
    await expect(runAgain(world, { name: `${REPLAY}@3` })).rejects.toMatchObject({ code: 'RunRefused' });
    expect(await runAgain(world, { name: `${REPLAY}@2` })).toBe(`${REPLAY}@2`);
  });

  test('given the answer to the making is lost, then the row that is there is known as its own', async () => {
    const world = await doneWorld();
    const add = async (row: ReplayRow) => {
      await world.replays.add(row);
      return world.replays.add(row);
    };
    const { deps } = rerunDeps(world, { runs: { add } });
    expect(await rerun({ replay: REPLAY, include: 'late' }, deps)).toBe(`${REPLAY}@2`);
    expect(world.replays.row(`${REPLAY}@3`)).toBeUndefined();
  });

  test('given somebody else is first, then the next number is taken', async () => {
    const world = await doneWorld();
    const overtaken = async (row: ReplayRow) => {
      if (!world.replays.row(row.replay) && row.replay.endsWith('@2')) await runAgain(world);
      return world.replays.add(row);
    };
    const { deps, told } = rerunDeps(world, { runs: { add: overtaken } });
    expect(await rerun({ replay: REPLAY, include: 'all' }, deps)).toBe(`${REPLAY}@3`);
    expect(told.named).toEqual([`${REPLAY}@2`, `${REPLAY}@3`]);
    expect(rerunOf(world).include).toBe('sealed');
  });

  test('given two late runs asked for at once, then the second one is refused, or goes on where the first ended', async () => {
    for (const ends of [false, true]) {
      const world = await doneWorld();
      const overtaken = async (row: ReplayRow) => {
        if (!world.replays.row(row.replay)) {
          const first = await runAgain(world, { include: 'late' });
          if (ends) await play(world, first);
        }
        return world.replays.add(row);
      };
      let overtakes = 1;
      const add = (row: ReplayRow) => (overtakes-- > 0 ? overtaken(row) : world.replays.add(row));
      const second = rerun({ replay: REPLAY, include: 'late' }, rerunDeps(world, { runs: { add } }).deps);
      if (!ends) {
        await expect(second).rejects.toMatchObject({ code: 'RunRefused' });
        continue;
      }
      expect(await second).toBe(`${REPLAY}@3`);
      expect(rerunOf(world, `${REPLAY}@3`).lateFromMs).toBe(rerunOf(world).sealedAtMs);
    }
  });

  test('given many ask at once, then each gets a run of its own, and their numbers have no gap', async () => {
    const world = await doneWorld();
    const names = await Promise.all(Array.from({ length: 12 }, () => runAgain(world)));
    expect(names.sort()).toEqual(Array.from({ length: 12 }, (_, n) => `${REPLAY}@${n + 2}`).sort());
  });
});

describe('R7: a run that is made is started', () => {
  const failed = (_: string, error: unknown) => {
    throw error;
  };

  test('given the tool dies between row and start, then the healer starts the run, and it comes to its end', async () => {
    const world = await doneWorld();
    const add = async (row: ReplayRow) => {
      await world.replays.add(row);
      throw new Error('the lid is closed');
    };
    await expect(rerun({ replay: REPLAY }, rerunDeps(world, { runs: { add } }).deps)).rejects.toThrow('lid');
    expect(rerunOf(world)).not.toHaveProperty('leaseUntilMs');
    expect(world.starts.running).toEqual([]);
    const healed: unknown[] = [];
    await healAll(world.healDeps(), { healed: (each) => healed.push(each), failed });
    expect(healed).toContainEqual({ outcome: 'started', replay: `${REPLAY}@2` });
    expect(world.starts.running).toEqual([{ replay: `${REPLAY}@2`, generation: 1 }]);
    expect(await play(world, `${REPLAY}@2`)).toMatchObject({ phase: 'DONE', collected: 3 });
  });

  test('given the start fails, then there is a run all the same, and whoever asked is told that it waits', async () => {
    const world = await doneWorld();
    world.starts.failNext('start', { error: unavailable('Step Functions', new Error('throttled')) });
    const { deps, told } = rerunDeps(world);
    expect(await rerun({ replay: REPLAY }, deps)).toBe(`${REPLAY}@2`);
    expect(told.notStarted).toEqual([`${REPLAY}@2`]);
    expect(await rerun({ replay: REPLAY, name: `${REPLAY}@2` }, deps)).toBe(`${REPLAY}@2`);
    expect(world.starts.running).toEqual([{ replay: `${REPLAY}@2`, generation: 1 }]);
  });

  test('given its sequencer dies, then another one takes its place', async () => {
    const world = await doneWorld();
    const run = await runAgain(world);
    world.starts.end({ replay: run, generation: 1 });
    world.clock.advance(3_600_000);
    await healAll(world.healDeps(), { healed: () => undefined, failed });
    expect(world.starts.running).toEqual([{ replay: run, generation: 2 }]);
  });
});

test('a cancelled run ends alone; another one goes on after its checkpoint', async () => {
  const world = await doneWorld();
  const run = await runAgain(world, { speed: '0.1' });
  await sequence({ replay: run, generation: 1 }, world.sequenceDeps());
  const row = rerunOf(world);
  row.phase = 'CANCELLED';
  expect(row.checkpoint).toMatchObject({ released: 1 });
  const rest = await runAgain(world, { after: row.checkpoint?.position as string });
  await play(world, rest);
  expect([...idsOf(world, run), ...idsOf(world, rest)]).toEqual(idsOf(world, REPLAY));
  expect(rowOf(world).phase).toBe('DONE');
});

test('given a position whose time cannot be, then the rerun is refused for it', async () => {
  const world = await doneWorld();
  const refused = await rejectionOf(runAgain(world, { from: '2026-99-01T00:00:00.000000000Z##e-5' }));
  expect(refused).toMatchObject({ code: 'InvalidOption', message: expect.stringContaining('Option from=') });
});

test('given a rerun that is paused, then its row warns a day before what is left would take too long, as a first run’s does', async () => {
  const world = await doneWorld();
  const fromMs = world.clock.now();
  Object.assign(rowOf(world), { window: { fromMs, toMs: fromMs + 3 * DAY_MS } });
  const { retainedUntilMs } = rowOf(world) as { retainedUntilMs: number };
  const to = new Date(fromMs + 2 * DAY_MS).toISOString();
  const run = await runAgain(world, { speed: '1', paused: true, to });
  const look = () => sequence({ replay: run, generation: 1 }, world.sequenceDeps());
  await look();
  world.clock.set(retainedUntilMs - 3 * DAY_MS - 1);
  await look();
  expect(rerunOf(world)).not.toHaveProperty('warnings');
  world.clock.set(retainedUntilMs - 3 * DAY_MS + 1);
  await look();
  expect(rerunOf(world).warnings).toMatchObject([{ code: 'PlaybackOutlivesRetention' }]);
});

test.each([{ speed: '5' }, {}, undefined])(
  'given a set whose row has the options %j, as before there were others, then the rest has its default',
  async (options) => {
    const world = await doneWorld();
    const { options: _, ...row } = rowOf(world);
    const older = { ...row, ...(options && { options }) };
    world.replays.type(older);
    const run = await runAgain(world, { idle: '5s' });
    expect(rerunOf(world, run).options).toEqual({ ...DEFAULT_OPTIONS, ...options, idle: '5s' });
    expect(await play(world, run)).toMatchObject({ phase: 'DONE' });
  },
);

test('what a rerun counts is not told as collected', async () => {
  const world = await doneWorld();
  await play(world, await runAgain(world));
  expect(world.observer.sealed).toEqual([]);
});

test('every append of a run says which consumers it is for; of a first run, and of one for all, none says anything', async () => {
  const world = await doneWorld();
  const some = await runAgain(world, { consumers: ['a', 'b'] });
  const all = await runAgain(world);
  for (const run of [some, all]) await play(world, run);
  const consumersOf = (run: string) =>
    world.lanes.log.filter(({ lane }) => lane.startsWith(`${run}#`)).map(({ consumers }) => consumers);
  expect(consumersOf(some)).toEqual([['a', 'b']]);
  expect(consumersOf(all)).toEqual([undefined]);
  expect(consumersOf(REPLAY)).toEqual([undefined]);
});
