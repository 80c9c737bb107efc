import { bucketOf, positionOf } from '../../../src/core/collect/place';
import { unavailable } from '../../../src/core/errors';
import { parseEvent } from '../../../src/core/event/envelope';
import { HISTORY_EVERY_MS, MINUTE_MS } from '../../../src/core/limits';
import type { SequenceAnswer } from '../../../src/core/replay/call';
import type { ReplayRow } from '../../../src/core/replay/row';
import { type SequenceDeps, sequence } from '../../../src/core/replay/sequence';
import { crashAt, type PortCall } from '../../fakes/intercept';
import type { World } from '../../fakes/world';
import { REPLAY, WINDOW_START_MS } from '../../support/events';
import { eventAt, releasingRow, rowOf, worldWithReplay } from '../../support/replays';

/* What a row and its run's history tell a person while the sequencer works, and after it has died. */

const KEYED = { orderingKey: 'detail.orderId', speed: 'max' };
const secondsTo = (count: number, step = 1) => [...Array(count).keys()].map((n) => n * step);

/** Calls until the run has ended, each at its time. */
async function playOut(world: World, deps: Partial<SequenceDeps> = {}): Promise<SequenceAnswer> {
  for (let generation = 1, iteration = 0; ; ) {
    const answer = await sequence(
      { replay: REPLAY, generation, iteration },
      { ...world.sequenceDeps(), ...deps },
    );
    if (answer.action === 'done' || answer.action === 'fail') return answer;
    ({ generation, iteration = 0 } = answer);
    world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
  }
}

const call = (world: World, deps: Partial<SequenceDeps> = {}) =>
  sequence({ replay: REPLAY, generation: 1 }, { ...world.sequenceDeps(), ...deps });

describe('the tally in the checkpoint', () => {
  /** Twelve events in four seconds, whose arrivals are mixed; three of them in one lane, the others in one each. */
  async function mixedWorld(options = {}): Promise<World> {
    const world = await worldWithReplay(releasingRow([], { ...KEYED, ...options }), []);
    const { buckets } = world.settings;
    const ids = [...'abcdefghijkl'];
    for (const [n, id] of ids.entries()) {
      const second = Math.floor(n / 3);
      const position = `2026-11-01T00:00:0${second}.000000000Z##${id}`;
      const json = JSON.stringify({ id, detail: { orderId: n < 3 ? 'o' : `o-${n}` } });
      // Each third one came first.
      const receivedAtMs = WINDOW_START_MS + (n % 3 === 2 ? n : 1_000 + n);
      const times = { receivedAtMs, expiresAtMs: 9e12 };
      await world.buffer.put(
        { replay: REPLAY, bucket: n % buckets, position },
        { json, late: false, ...times },
      );
    }
    Object.assign(rowOf(world), { collected: ids.length });
    return world;
  }

  const TALLY = {
    ties: 8,
    outOfOrder: 4,
    farthestMs: 1_000 + 1 - 2,
    latestReceivedAtMs: WINDOW_START_MS + 1_000 + 10,
    keyed: 12,
    lanes: 10,
  };

  test('given a run, then it says what shares a second, what arrived out of order and by how much, and how many lanes there are', async () => {
    const world = await mixedWorld();
    await playOut(world);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', checkpoint: { released: 12, tally: TALLY } });
  });

  test('given a sequencer that dies before or after any of its requests, and another one after it, then all is counted once', async () => {
    const points = crashAt(Number.POSITIVE_INFINITY);
    const calm = await mixedWorld();
    const settings = { ...calm.settings, groupCount: 1 };
    await call(calm, { ...calm.sequenceDeps({ hook: points }), settings });
    expect(points.points).toBeGreaterThan(40);
    for (let point = 0; point < points.points; point++) {
      const world = await mixedWorld();
      // Time goes by, so that it saves on its way.
      const crash = crashAt(point);
      const hook = {
        ...crash,
        after: (passed: PortCall) => {
          if (passed.port === 'lanes') world.clock.advance(400);
          return crash.after?.(passed, undefined);
        },
      };
      await call(world, { ...world.sequenceDeps({ hook }), settings }).catch(() => undefined);
      await playOut(world);
      expect(rowOf(world)).toMatchObject({ phase: 'DONE', checkpoint: { released: 12, tally: TALLY } });
    }
  });

  test('given a save that is refused because somebody has paused the run, then what was released meanwhile is counted all the same', async () => {
    const world = await mixedWorld({ orderingKey: 'none' });
    const hook = {
      after: ({ port }: { port: string }) => {
        if (port !== 'lanes') return;
        world.clock.advance(300);
        if (world.lanes.log.length === 3) rowOf(world).command = { paused: true };
      },
    };
    await call(world, { ...world.sequenceDeps({ hook }), settings: { ...world.settings, groupCount: 1 } });
    // Of the save that was refused.
    expect(rowOf(world)).toMatchObject({
      checkpoint: { released: 4 },
      plan: { pausedAtMs: world.clock.now() },
    });
    rowOf(world).command = {};
    await playOut(world);
    expect(rowOf(world)).toMatchObject({
      phase: 'DONE',
      checkpoint: { released: 12, tally: { ...TALLY, keyed: 0, lanes: 1 } },
    });
  });

  test.each([
    ['something else', 'many'],
    ['a part that is no number', { ...TALLY, laneSketch: '', ties: 'all' }],
    ['a sketch that is none', { ...TALLY, laneSketch: 'xyz' }],
  ])('given %s in its place, then the run goes on to its end, and says no wrong number', async (_, tally) => {
    const world = await mixedWorld();
    await call(world, { ...world.sequenceDeps({ hook: crashAt(30) }) }).catch(() => undefined);
    const row = rowOf(world) as unknown as { checkpoint: object };
    row.checkpoint = {
      position: '2026-11-01T00:00:00.000000000Z##c',
      released: 3,
      duplicates: 0,
      eventTimeMs: WINDOW_START_MS,
      dueAtMs: world.clock.now(),
      tally,
    };
    const read = await world.replays.get(REPLAY);
    expect(read?.problems).toMatchObject([{ attribute: 'checkpoint.tally', stops: false }]);
    expect(read?.checkpoint).toMatchObject({ released: 3 });
    expect(read?.checkpoint).not.toHaveProperty('tally');
    await playOut(world);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', checkpoint: { released: 12 } });
    expect(rowOf(world).checkpoint).not.toHaveProperty('tally');
  });
});

describe('a warning that tiebreakers are of several kinds', () => {
  const worldOf = async (values: string[], tiebreakerType?: 'auto' | 'version') => {
    const row = {
      ...releasingRow([0], {}),
      tiebreaker: 'detail.v',
      ...(tiebreakerType && { tiebreakerType }),
    };
    const world = await worldWithReplay({ ...row, collected: values.length }, []);
    for (const [n, value] of values.entries()) {
      const event = parseEvent({ ...eventAt(0, `e-${n}`), detail: { v: value } });
      const key = {
        replay: REPLAY,
        bucket: bucketOf(event.id, world.settings.buckets),
        position: positionOf(event, row),
      };
      const times = { receivedAtMs: world.clock.now(), expiresAtMs: world.clock.now() + 9e8 };
      await world.buffer.put(key, { json: event.json, late: false, ...times });
    }
    await playOut(world);
    return rowOf(world);
  };

  test.each(['auto', undefined] as const)(
    'given the type %s and values of two, then it says which',
    async (type) => {
      const { phase, warnings } = await worldOf(['7.9', '7.10.1', '7.8'], type);
      expect(phase).toBe('DONE');
      expect(warnings).toMatchObject([{ code: 'MixedTiebreakers' }]);
      expect(warnings?.[0]?.message).toMatch(
        /^The values of detail\.v, the tiebreaker, are numbers and texts: /,
      );
    },
  );

  test('given values of one kind, or a type, then there is none', async () => {
    expect((await worldOf(['7.9', '7.10'], 'auto')).warnings).toBeUndefined();
    expect((await worldOf(['7.9', '7.10.1', '7.8'], 'version')).warnings).toBeUndefined();
  });
});

describe('a warning that no event has the ordering key', () => {
  const warnings = (world: World) => rowOf(world).warnings?.map(({ code }) => code);
  const released = (world: World) => rowOf(world).checkpoint?.released ?? 0;

  test('given fewer than a hundred events, then it comes at the end, and stays', async () => {
    const seconds = secondsTo(60);
    const world = await worldWithReplay(releasingRow(seconds, { orderingKey: 'detail.orderid' }), seconds);
    const seen = new Set<string>();
    const deps = world.sequenceDeps({
      hook: {
        before: () => void (rowOf(world).phase !== 'DONE' && seen.add(JSON.stringify(warnings(world) ?? []))),
      },
    });
    await playOut(world, deps);
    expect([...seen]).toEqual(['[]']);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', warnings: [{ code: 'NoOrderingKey' }] });
    expect(rowOf(world).warnings?.[0]?.message).toContain('detail.orderid');
  });

  test('given a hundred, then it comes on the way, and goes once an event has one', async () => {
    const seconds = secondsTo(130);
    const world = await worldWithReplay(releasingRow(seconds, { orderingKey: 'detail.special' }), seconds);
    for (const stored of world.buffer.stored(REPLAY)) {
      if (stored.position.includes('00:02:00')) stored.json = '{"detail":{"special":"s"}}';
    }
    const toldAt: number[] = [];
    const deps = world.sequenceDeps({
      hook: {
        before: () => void (warnings(world)?.includes('NoOrderingKey') && toldAt.push(released(world))),
      },
    });
    await playOut(world, deps);
    expect(Math.min(...toldAt)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...toldAt)).toBeLessThanOrEqual(121);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', checkpoint: { tally: { keyed: 1, lanes: 2 } } });
    expect(warnings(world)).toBeUndefined();
  });

  test.each([
    ['no ordering key is asked for', {}],
    ['events have it', { orderingKey: 'detail.orderId' }],
  ])('given that %s, then there is none', async (_, options) => {
    const seconds = secondsTo(3);
    const world = await worldWithReplay(releasingRow(seconds, options), seconds);
    await playOut(world);
    expect(rowOf(world).phase).toBe('DONE');
    expect(warnings(world)).toBeUndefined();
  });
});

describe('the next event', () => {
  test('given a release that sleeps, then the row says its time and when it is due; then no more', async () => {
    const world = await worldWithReplay(releasingRow([0, 60]), [0, 60]);
    const startMs = world.clock.now();
    await call(world);
    const next = { eventTimeMs: WINDOW_START_MS + MINUTE_MS, dueAtMs: startMs + MINUTE_MS };
    expect(rowOf(world).next).toEqual(next);
    await playOut(world);
    expect(rowOf(world)).not.toHaveProperty('next');
  });

  test('given a short gap that is waited for in memory, then it is said within a second', async () => {
    const world = await worldWithReplay(releasingRow([0, 8]), [0, 8]);
    const startMs = world.clock.now();
    let saidAtMs = Number.POSITIVE_INFINITY;
    const before = () => {
      if (rowOf(world).next) saidAtMs = Math.min(saidAtMs, world.clock.now());
    };
    await playOut(world, world.sequenceDeps({ hook: { before } }));
    expect(saidAtMs - startMs).toBeLessThanOrEqual(1_000);
  });

  test('given a pause, then its time is said, and not when it is due', async () => {
    const world = await worldWithReplay({ ...releasingRow([0, 60]), command: { paused: true } }, [0, 60]);
    await call(world);
    expect(rowOf(world)).toMatchObject({ plan: { pausedAtMs: world.clock.now() } });
    expect(rowOf(world).next).toEqual({ eventTimeMs: WINDOW_START_MS });
  });

  test('given a sequencer that dies again and again and only finds the same next event, then its deaths still count', async () => {
    const world = await worldWithReplay({ ...releasingRow([0, 600]), restarts: 3 }, [0, 600]);
    Object.assign(rowOf(world), {
      checkpoint: {
        position: '2026-11-01T00:00:00.000000000Z##e-0',
        released: 1,
        duplicates: 0,
        eventTimeMs: WINDOW_START_MS,
        dueAtMs: world.clock.now(),
      },
    });
    await call(world);
    expect(rowOf(world)).toMatchObject({ restarts: 3, next: { eventTimeMs: WINDOW_START_MS + 600_000 } });
  });
});

test('given events that are written late, then the row says how late: now, p99 and the worst, and at what rate', async () => {
  const seconds = secondsTo(40);
  const world = await worldWithReplay(releasingRow(seconds), seconds);
  const before = ({ port }: { port: string }) => {
    if (port === 'lanes') world.clock.advance(world.lanes.log.length === 20 ? 300 : 7);
  };
  await playOut(world, world.sequenceDeps({ hook: { before } }));
  const { lag, rate } = rowOf(world);
  expect(lag).toMatchObject({ nowMs: 7, worstMs: 300 });
  expect(rate?.eventsPerSecond).toBeCloseTo(1, 1);
});

describe('when the stages began', () => {
  test('given a replay from its first look to its end, then each has its time', async () => {
    const world = await worldWithReplay({}, [0, 1]);
    world.status.set(REPLAY, { state: 'COMPLETED' });
    world.queues.depths.deadLetters = 1;
    const startMs = world.clock.now();
    await call(world);
    await call(world);
    const incompleteSinceMs = rowOf(world).incompleteSinceMs as number;
    expect(rowOf(world).phase).toBe('INCOMPLETE');
    expect(incompleteSinceMs).toBeGreaterThanOrEqual(startMs);
    world.clock.advance(10 * MINUTE_MS);
    world.queues.depths.deadLetters = 0;
    await playOut(world);
    const row = rowOf(world) as Required<ReplayRow>;
    expect(row.incompleteSinceMs).toBe(incompleteSinceMs);
    const inOrder = [row.incompleteSinceMs, row.sealedAtMs, row.releasingSinceMs, row.doneAtMs];
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    expect(row.releasingSinceMs).toBe(row.releaseStartedAtMs);
    expect(row).not.toHaveProperty('stoppedAtMs');
  });

  test('given a run that is paused before its first event, then it began all the same when it began', async () => {
    const world = await worldWithReplay(
      { ...releasingRow([0]), releasingSinceMs: 5, command: { paused: true } },
      [0],
    );
    await call(world);
    world.clock.advance(MINUTE_MS);
    rowOf(world).command = {};
    await playOut(world);
    expect(rowOf(world)).toMatchObject({ phase: 'DONE', releasingSinceMs: 5 });
    expect(rowOf(world).releaseStartedAtMs).toBe(world.clock.now());
  });

  test('given a run that somebody cancels, then the row says when that was seen', async () => {
    const world = await worldWithReplay({ ...releasingRow([0]), command: { cancelled: true } }, [0]);
    await call(world);
    expect(rowOf(world)).toMatchObject({ phase: 'CANCELLED', stoppedAtMs: world.clock.now() });
  });
});

describe('the history', () => {
  const history = (world: World) => world.histories.history(REPLAY);
  const puts = (world: World) => world.histories.calls.filter(({ method }) => method === 'put');

  test('given a release of ten minutes, then it is written every ten seconds at most, and the points are those that the row had', async () => {
    const seconds = secondsTo(200, 3);
    const world = await worldWithReplay(releasingRow(seconds), seconds);
    const startMs = world.clock.now();
    await playOut(world);
    const writtenAtMs = puts(world).map(({ args }) => (args[1] as { writtenAtMs: number }).writtenAtMs);
    expect(writtenAtMs.length).toBeGreaterThan(40);
    for (const [n, ms] of writtenAtMs.entries()) {
      if (n > 0) expect(ms - (writtenAtMs[n - 1] as number)).toBeGreaterThanOrEqual(HISTORY_EVERY_MS);
    }
    const { points = [], expiresAtMs } = history(world) ?? {};
    expect(points.length).toBe(100);
    expect(points[0]?.atMs).toBeLessThanOrEqual(startMs + 1_000);
    expect(points.at(-1)?.atMs).toBeGreaterThan(world.clock.now() - 2 * HISTORY_EVERY_MS);
    for (const { atMs, eventTimeMs = 0, released } of points) {
      expect(released).toBe(Math.floor((atMs - startMs) / 3_000) + 1);
      expect(eventTimeMs).toBe(WINDOW_START_MS + 3_000 * (released - 1));
    }
    expect(expiresAtMs).toBe(rowOf(world).expiresAtMs);
  });

  test('given a run that is over in a moment, then it is written once, at the end', async () => {
    const seconds = secondsTo(3);
    const world = await worldWithReplay(releasingRow(seconds, { speed: 'max' }), seconds);
    await playOut(world);
    expect(puts(world)).toHaveLength(1);
    expect(history(world)?.points.at(-1)).toMatchObject({ released: 3 });
  });

  test('given a run that waits or is paused, then nothing is written until something happens', async () => {
    const seconds = [0, 3_600];
    const world = await worldWithReplay(releasingRow(seconds), seconds);
    await call(world);
    const written = puts(world).length;
    for (let n = 0; n < 5; n++) {
      world.clock.advance(5 * MINUTE_MS);
      await call(world);
    }
    expect(puts(world)).toHaveLength(written);
    rowOf(world).command = { paused: true };
    await call(world);
    expect(puts(world)).toHaveLength(written + 1);
    for (let n = 0; n < 20; n++) {
      world.clock.advance(5 * MINUTE_MS);
      await call(world);
    }
    expect(puts(world)).toHaveLength(written + 1);
    rowOf(world).command = {};
    await playOut(world);
    const [pausedMs, resumedMs] = history(world)?.takenUp.map(({ atMs }) => atMs) ?? [];
    const released = history(world)?.points.map(({ atMs, released }) => [atMs, released]);
    expect(released).toEqual(
      expect.arrayContaining([
        [pausedMs, 1],
        [resumedMs, 1],
      ]),
    );
    expect(released?.at(-1)).toEqual([rowOf(world).doneAtMs, 2]);
  });

  test('given what people wish, then each take-up stands in it with its time and place, also those that came in quick succession', async () => {
    const seconds = secondsTo(6, 60);
    const world = await worldWithReplay(releasingRow(seconds), seconds);
    const startMs = world.clock.now();
    await call(world);
    const wish = async (afterMs: number, command: Record<string, unknown>) => {
      world.clock.set(startMs + afterMs);
      rowOf(world).command = command;
      await call(world);
    };
    await wish(20_000, { paused: true });
    await wish(22_000, {});
    await wish(23_500, { speed: '2' });
    expect(rowOf(world).takenUp?.map(({ n }) => n)).toEqual(expect.arrayContaining([2, 3]));
    await playOut(world);
    const { takenUp = [] } = history(world) ?? {};
    expect(takenUp).toEqual([
      { n: 1, atMs: startMs + 20_000, taken: { paused: true }, paused: true, released: 1 },
      { n: 2, atMs: startMs + 22_000, taken: {}, released: 1 },
      { n: 3, atMs: startMs + 23_500, taken: { speed: '2' }, released: 1 },
    ]);
    expect(rowOf(world)).not.toHaveProperty('takenUp');
  });

  test('given a step each second, of which each is taken up twice, then none is missing', async () => {
    const seconds = secondsTo(40, 3_600);
    const world = await worldWithReplay(releasingRow(seconds), seconds);
    await call(world);
    for (const second of seconds.slice(1, 31)) {
      world.clock.advance(1_000);
      rowOf(world).command = {
        paused: true,
        stepTo: positionOf(parseEvent(eventAt(second)), { tiebreaker: '' }),
      };
      await call(world);
    }
    expect(rowOf(world).checkpoint?.released).toBe(31);
    const told = [...(history(world)?.takenUp ?? []), ...(rowOf(world).takenUp ?? [])].map(({ n }) => n);
    expect(new Set(told).size).toBe(rowOf(world).plan?.n);
  });

  test.each([
    ['every read of it fails', 'get', false],
    ['every write of it fails', 'put', false],
    ['the answer to every write of it is lost', 'put', true],
  ] as const)(
    'given that %s, then the run is as it would be, and it is told once in a call',
    async (_, method, after) => {
      const seconds = secondsTo(30, 3);
      const [world, calm] = [
        await worldWithReplay(releasingRow(seconds), seconds),
        await worldWithReplay(releasingRow(seconds), seconds),
      ];
      world.histories.failNext(method, {
        after,
        times: Number.POSITIVE_INFINITY,
        error: unavailable('DynamoDB', new Error('throttled')),
      });
      expect(await playOut(world)).toEqual(await playOut(calm));
      expect(rowOf(world)).toEqual(rowOf(calm));
      expect(world.lanes.log).toEqual(calm.lanes.log);
      expect(world.observer.historyFailures).toHaveLength(1);
      if (after) expect(history(world)?.points).toHaveLength(history(calm)?.points.length ?? 0);
    },
  );

  test('given a request that takes long, then nothing waits for it but the end of the call, and nothing is under way after that', async () => {
    const seconds = secondsTo(10, 3);
    const world = await worldWithReplay(releasingRow(seconds), seconds);
    let answer = () => {};
    let underWay = 0;
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const deps = world.sequenceDeps();
    const histories: SequenceDeps['histories'] = {
      async get(run) {
        underWay++;
        await slow;
        underWay--;
        return deps.histories.get(run);
      },
      put: (...written) => deps.histories.put(...written),
    };
    let ended = false;
    const running = call(world, { ...deps, histories }).finally(() => {
      ended = true;
    });
    while (rowOf(world).phase !== 'DONE') await Promise.resolve();
    for (let n = 0; n < 100; n++) await Promise.resolve();
    expect([ended, underWay]).toEqual([false, 1]);
    answer();
    await running;
    expect([ended, underWay]).toEqual([true, 0]);
    expect(history(world)?.points.length).toBeGreaterThan(0);
  });

  test('given a call that has no time left, then none is begun', async () => {
    const seconds = secondsTo(10, 3);
    const world = await worldWithReplay(releasingRow(seconds), seconds);
    await call(world, { remainingMs: () => (rowOf(world).phase === 'DONE' ? 1_000 : 300_000) });
    const begun = world.histories.calls.length;
    expect(begun).toBeGreaterThan(0);
    const other = await worldWithReplay(releasingRow([0]), [0]);
    await call(other, { remainingMs: () => (rowOf(other).phase === 'DONE' ? 1_000 : 300_000) });
    expect(other.histories.calls).toEqual([]);
  });
});
