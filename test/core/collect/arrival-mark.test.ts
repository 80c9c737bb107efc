import { createCollector } from '../../../src/core/collect/collect';
import type { Phase, ReplayRow } from '../../../src/core/replay/row';
import collectMachine from '../../../statemachines/collect.asl.json';
import type { Hook } from '../../fakes/intercept';
import { createWorld } from '../../fakes/world';
import { Scheduler } from '../../simulation/scheduler';
import { randomOf } from '../../simulation/seeded';
import { envelope, REPLAY } from '../../support/events';
import { phaseWithItsNeeds } from '../../support/replays';

jest.setTimeout(120_000);

const START_MS = Date.parse('2026-11-20T12:00:00Z');

/** Collectors side by side in virtual time, each with a cache of its own; a request takes four to twelve milliseconds. */
function crowd(count: number, hook: Hook = {}) {
  const scheduler = new Scheduler(START_MS, randomOf(1, 'crowd'), 5_000_000);
  const random = randomOf(1, 'network');
  const world = createWorld({ recordCalls: false });
  const requests = { get: 0, save: 0, saved: 0 };
  const around: Hook = {
    async before(call) {
      if (call.method === 'get') requests.get++;
      if (call.method === 'save') requests.save++;
      await hook.before?.(call);
      await scheduler.sleep(random.integer(2, 6));
    },
    async after({ method }, result) {
      if (method === 'save' && result === true) requests.saved++;
      await scheduler.sleep(random.integer(2, 6));
    },
  };
  const clock = { now: () => scheduler.nowMs, sleep: (ms: number) => scheduler.sleep(ms) };
  const collectors = Array.from({ length: count }, () =>
    createCollector({ ...world.collectDeps({ hook: around }), clock }),
  );
  let failures = 0;
  return {
    world,
    scheduler,
    requests,
    failures: () => failures,
    collect(collector: number, id: string, atMs: number): void {
      scheduler.at(atMs, () => {
        const ended = (collectors[collector] as (input: unknown) => Promise<unknown>)(envelope({ id }));
        ended.catch(() => failures++);
      });
    },
  };
}

test('R1: given a thousand collectors at once, 2,000 events a second for ten seconds, then the mark costs nothing per event and a few writes every five seconds, and is never older than it may be', async () => {
  const { world, scheduler, requests, collect, failures } = crowd(1_000);
  const random = randomOf(1, 'arrivals');
  collect(0, 'first', 0);
  for (let n = 0; n < 20_000; n++) collect(n % 1_000, `e-${n}`, 100 + n / 2 + random.integer(0, 100));
  let oldestMs = 0;
  for (let ms = 200; ms <= 10_000; ms += 50) {
    scheduler.at(ms, () => {
      oldestMs = Math.max(oldestMs, scheduler.nowMs - (world.replays.row(REPLAY)?.lastArrivalAtMs ?? 0));
    });
  }
  await scheduler.run();
  expect(failures()).toBe(0);
  const marks = requests.save - 1;
  expect(marks).toBeGreaterThanOrEqual(2);
  expect(marks).toBeLessThanOrEqual(2 * 10);
  expect(oldestMs).toBeLessThanOrEqual(world.settings.arrivalStaleMs);
  // Each collector reads the phase every two seconds, as it did without a mark, and little besides.
  expect(requests.get).toBeLessThanOrEqual(1_000 * (10 / 2 + 1) * 1.35);
});

test('R1: given a thousand new collectors that all get an event at the same moment after a pause, then a few of them write the mark', async () => {
  const { world, scheduler, requests, collect, failures } = crowd(1_001);
  collect(1_000, 'first', 0);
  for (let n = 0; n < 1_000; n++) collect(n, `e-${n}`, 30_000);
  await scheduler.run();
  expect(failures()).toBe(0);
  expect(requests.save - 1).toBeLessThanOrEqual(40);
  expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBeGreaterThanOrEqual(START_MS + 30_000);
  expect(requests.get).toBeLessThanOrEqual(2 * 1_000 + 100);
});

test('given the mark cannot be written, or its write never ends, then no event fails for it, and none waits long', async () => {
  for (const failing of [() => Promise.reject(new Error('throttled')), () => new Promise<void>(() => {})]) {
    const { world, scheduler, collect, failures } = crowd(1, {
      before: ({ method, args }) => {
        const isMark = method === 'save' && 'lastArrivalAtMs' in (args[1] as object);
        return isMark ? failing() : undefined;
      },
    });
    collect(0, 'first', 0);
    for (let n = 0; n < 20; n++) collect(0, `e-${n}`, 10_000 + n * 1_000);
    await scheduler.run();
    expect(failures()).toBe(0);
    expect(world.buffer.stored(REPLAY)).toHaveLength(21);
    // The state that calls it waits for three seconds, of which a cold start takes one.
    expect(scheduler.nowMs).toBeLessThanOrEqual(START_MS + 29_000 + 2_000);
  }
});

/** One event after a pause, and then the environment is frozen: nothing that is left over goes on. */
async function markAfterOneCall(saveTakesMs: number, putTakesMs = 0) {
  const scheduler = new Scheduler(START_MS, randomOf(1, 'slow'), 5_000_000);
  const world = createWorld();
  const clock = { now: () => scheduler.nowMs, sleep: (ms: number) => scheduler.sleep(ms) };
  const hook: Hook = {
    async before({ method, args }) {
      if (method === 'put') await scheduler.sleep(putTakesMs);
      if (method === 'save' && 'lastArrivalAtMs' in (args[1] as object)) await scheduler.sleep(saveTakesMs);
    },
  };
  await createCollector({ ...world.collectDeps(), clock })(envelope({ id: 'first' }));
  const collect = createCollector({ ...world.collectDeps({ hook }), clock });
  let ended: { afterMs: number; markMs: number } | undefined;
  scheduler.at(30_000, async () => {
    await collect(envelope({ id: 'second' }));
    const markMs = (world.replays.row(REPLAY)?.lastArrivalAtMs as number) - START_MS;
    ended = { afterMs: scheduler.nowMs - START_MS - 30_000, markMs };
  });
  await scheduler.run();
  return ended;
}

test('R1: given a table that takes 1.5 s for the mark without any failure, then the call does not end without it', async () => {
  expect((await markAfterOneCall(700))?.markMs).toBeGreaterThanOrEqual(30_000);
  expect((await markAfterOneCall(1_500))?.markMs).toBeGreaterThanOrEqual(30_000);
});

test('given a mark that takes for ever, then the call ends a second before the state that called it gives up', async () => {
  const stateWaitsMs = 1_000 * collectMachine.States.Collect.TimeoutSeconds;
  expect((await markAfterOneCall(60_000))?.afterMs).toBeLessThanOrEqual(stateWaitsMs - 1_000);
  expect((await markAfterOneCall(60_000, 1_500))?.afterMs).toBeLessThanOrEqual(stateWaitsMs - 1_000);
  expect((await markAfterOneCall(60_000, 2_400))?.afterMs).toBeLessThan(stateWaitsMs);
});

test.each([10 * 86_400_000, 30_000])(
  'R1: given a mark that somebody typed %d ms ahead, then the next event writes it anew, and no other is written over',
  async (aheadMs) => {
    const world = createWorld();
    await createCollector(world.collectDeps())(envelope({ id: 'first' }));
    world.clock.advance(60_000);
    const row = world.replays.row(REPLAY) as ReplayRow;
    row.lastArrivalAtMs = world.clock.now() + aheadMs;
    await createCollector(world.collectDeps())(envelope({ id: 'second' }));
    expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBe(world.clock.now());

    const nextMs = world.clock.now() + 1;
    (world.replays.row(REPLAY) as ReplayRow).lastArrivalAtMs = world.clock.now() + aheadMs;
    let moved = false;
    const hook: Hook = {
      before: ({ method, args }) => {
        if (moved || method !== 'save' || !('lastArrivalAtMs' in (args[1] as object))) return;
        moved = true;
        (world.replays.row(REPLAY) as ReplayRow).lastArrivalAtMs = nextMs;
      },
    };
    await createCollector(world.collectDeps({ hook }))(envelope({ id: 'third' }));
    expect({ moved, mark: world.replays.row(REPLAY)?.lastArrivalAtMs }).toEqual({
      moved: true,
      mark: nextMs,
    });
  },
);

test('given a mark that is ahead by no more than clocks differ, then it is left as it is', async () => {
  const world = createWorld();
  await createCollector(world.collectDeps())(envelope({ id: 'first' }));
  const aheadMs = world.clock.now() + world.settings.clockSkewMs;
  (world.replays.row(REPLAY) as ReplayRow).lastArrivalAtMs = aheadMs;
  await createCollector(world.collectDeps())(envelope({ id: 'second' }));
  expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBe(aheadMs);
});

test('R1: given an event that is refused after the row was read, then it leaves its mark', async () => {
  const world = createWorld({ settings: { tiebreaker: 'detail.sequence' } });
  const collect = createCollector(world.collectDeps());
  await collect(envelope({ id: 'first' }));
  world.clock.advance(60_000);
  const refused = envelope({ id: 'bad', detail: { sequence: { of: 1 } } });
  await expect(collect(refused)).rejects.toMatchObject({ code: 'InvalidTiebreaker' });
  expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBeGreaterThanOrEqual(START_MS + 60_000);
});

test('the row is made with the mark', async () => {
  const world = createWorld();
  await createCollector(world.collectDeps())(envelope({ id: 'first' }));
  expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBe(START_MS);
});

test.each(['SEALED', 'RELEASING', 'DONE', 'CANCELLED', 'FAILED'] as Phase[])(
  'given the phase %s, then no mark is written: nobody asks for it',
  async (phase) => {
    const world = createWorld();
    const collect = createCollector(world.collectDeps());
    await collect(envelope({ id: 'first' }));
    Object.assign(world.replays.row(REPLAY) as object, phaseWithItsNeeds(phase, world.clock.now()));
    world.clock.advance(60_000);
    await collect(envelope({ id: 'late' }));
    expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBe(START_MS);
  },
);

test('R1: given a mark that another collector has moved since it was read, then the newer one stands', async () => {
  const world = createWorld();
  await createCollector(world.collectDeps())(envelope({ id: 'first' }));
  world.clock.advance(60_000);
  const newerMs = START_MS + 61_000;
  let moved = false;
  const hook: Hook = {
    before: ({ method, args }) => {
      if (moved || method !== 'save' || !('lastArrivalAtMs' in (args[1] as object))) return;
      moved = true;
      Object.assign(world.replays.row(REPLAY) as object, { lastArrivalAtMs: newerMs });
    },
  };
  await createCollector(world.collectDeps({ hook }))(envelope({ id: 'second' }));
  expect(moved).toBe(true);
  expect(world.replays.row(REPLAY)?.lastArrivalAtMs).toBe(newerMs);
});
