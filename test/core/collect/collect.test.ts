import { createCollector } from '../../../src/core/collect/collect';
import { textOf } from '../../../src/core/errors';
import { DAY_MS } from '../../../src/core/limits';
import type { Phase, ReplayRow } from '../../../src/core/replay/row';
import { crashAt, type Hook } from '../../fakes/intercept';
import { createWorld, type World } from '../../fakes/world';
import { rejectionOf } from '../../support/errors';
import { envelope, REPLAY } from '../../support/events';
import { phaseWithItsNeeds, worldWithReplay } from '../../support/replays';

const event = (id: string) => envelope({ id });

/** A world whose replay has come to a phase, with a sequencer that is alive. */
async function worldIn(phase: Phase): Promise<World> {
  const world = createWorld();
  await createCollector(world.collectDeps())(event('first'));
  enter(world, phase);
  return world;
}

function enter(world: World, phase: Phase): void {
  Object.assign(world.replays.row(REPLAY) as object, phaseWithItsNeeds(phase, world.clock.now()));
}

function traced(): Hook & { calls: string[] } {
  const calls: string[] = [];
  return { calls, before: ({ port, method }) => void calls.push(`${port}.${method}`) };
}

test('R7: given the first event of a replay, then its row is made, the event stored, and a sequencer started', async () => {
  const world = createWorld({ settings: { tiebreaker: 'detail.n', buckets: 3 } });
  const trace = traced();
  const collected = await createCollector(world.collectDeps({ hook: trace }))(event('e'));
  expect(collected).toEqual({
    outcome: 'collected',
    replay: REPLAY,
    eventId: 'e',
    position: '2026-11-01T00:00:00.000000000Z##e',
  });
  expect(trace.calls).toEqual([
    'replays.get',
    'replays.create',
    'buffer.put',
    'starts.start',
    'replays.save',
    'replays.get',
  ]);
  expect(world.replays.row(REPLAY)).toMatchObject({
    phase: 'COLLECTING',
    generation: 1,
    buckets: 3,
    tiebreaker: 'detail.n',
  });
  expect(world.starts.running).toEqual([{ replay: REPLAY, generation: 1 }]);
});

describe('how numbers are read stands in the row', () => {
  const clocks = ['1763942400000000101', '1763942400000000100'];
  const text = (clock: string, id: string) =>
    JSON.stringify(envelope({ id, detail: '#' })).replace('"#"', `{"ts":${clock}}`);
  const positionsIn = async (world: World) => {
    const collect = createCollector(world.collectDeps());
    for (const [n, clock] of clocks.entries()) await collect(text(clock, `e-${n}`));
    return world.buffer.stored(REPLAY).map(({ position }) => position.slice(position.indexOf('#')));
  };

  test('R2: given a new row, then long integers are exact', async () => {
    const world = createWorld({ settings: { tiebreaker: 'detail.ts' } });
    expect(await positionsIn(world)).toEqual([
      '#n25001917639424000000001#e-1',
      '#n2500191763942400000000101#e-0',
    ]);
    expect(world.replays.row(REPLAY)).toMatchObject({ tiebreakerType: 'auto' });
  });

  test('R5: given a row that was made before, then a deployment does not move its events', async () => {
    const world = await worldWithReplay({ tiebreaker: 'detail.ts' }, []);
    expect(await positionsIn(world)).toEqual(['#n25001917639424#e-0', '#n25001917639424#e-1']);
    expect(world.replays.row(REPLAY)).not.toHaveProperty('tiebreakerType');
  });

  test('R5: given a stack whose type has changed since, then the row goes on with its own', async () => {
    const world = await worldWithReplay({ tiebreaker: 'detail.ts', tiebreakerType: 'number' }, []);
    Object.assign(world.settings, { tiebreakerType: 'version' });
    expect(await positionsIn(world)).toHaveLength(2);
  });
});

test('given many events within the cache time, then each costs one write, and no other call', async () => {
  const world = await worldIn('COLLECTING');
  const trace = traced();
  const collect = createCollector(world.collectDeps({ hook: trace }));
  for (let n = 0; n < 100; n++) {
    await collect(event(`e-${n}`));
    world.clock.advance(19);
  }
  expect(trace.calls).toEqual(['replays.get', ...Array(100).fill('buffer.put')]);
});

test('R5: given the stack has changed since the row was made, then buckets and tiebreaker stay those of the row', async () => {
  const world = createWorld({ settings: { tiebreaker: '', buckets: 1 } });
  await createCollector(world.collectDeps())(event('a'));
  const settings = { ...world.settings, tiebreaker: 'id', buckets: 64 };
  const { position } = await createCollector({ ...world.collectDeps(), settings })(event('b'));
  expect(position).toBe('2026-11-01T00:00:00.000000000Z##b');
  expect(world.buffer.calls.map(({ args }) => (args[0] as { bucket: number }).bucket)).toEqual([0, 0]);
});

test('R6: given a phase that was read, then it is believed for the cache time, counted from before the reading', async () => {
  const world = await worldIn('COLLECTING');
  const { phaseCacheMs } = world.settings;
  const slowAnswer: Hook = {
    after: ({ method }) => {
      if (method === 'get') world.clock.advance(phaseCacheMs / 2);
    },
  };
  const collect = createCollector(world.collectDeps({ hook: slowAnswer }));
  await collect(event('a'));
  enter(world, 'SEALED');
  world.clock.advance(phaseCacheMs / 2 - 1);
  expect((await collect(event('b'))).outcome).toBe('collected');
  world.clock.advance(1);
  expect((await collect(event('c'))).outcome).toBe('late');
});

test('R6: given the phase took until the deadline to read, then nothing is stored, and the event is to be tried again', async () => {
  const world = await worldIn('COLLECTING');
  const hook: Hook = {
    after: ({ method }) => {
      if (method === 'get') world.clock.advance(world.settings.collectTimeoutMs);
    },
  };
  const error = await rejectionOf(createCollector(world.collectDeps({ hook }))(event('a')));
  expect(error).toMatchObject({
    code: 'CollectDeadlineExceeded',
    disposition: 'retry',
    ids: { replay: REPLAY, eventId: 'a' },
  });
  expect(textOf(error)).toBe(
    `Reading the phase of replay ${REPLAY} took until the deadline; storing the event now could miss the seal. ` +
      'Nothing was stored; try again.',
  );
  expect(world.buffer.stored(REPLAY)).toHaveLength(1);
});

test.each<[Phase, string]>([
  ['COLLECTING', 'collected'],
  ['INCOMPLETE', 'collected'],
  ['SEALED', 'late'],
  ['RELEASING', 'late'],
  ['DONE', 'late'],
  ['CANCELLED', 'held'],
  ['FAILED', 'held'],
])('R1: given the phase %s, when an event arrives, then it is %s', async (phase, outcome) => {
  const world = await worldIn(phase);
  const collect = createCollector(world.collectDeps());
  expect((await collect(event('e'))).outcome).toBe(outcome);
  expect((await collect(event('e'))).outcome).toBe('duplicate');
  const stored = world.buffer.stored(REPLAY).find(({ position }) => position.endsWith('#e'));
  const late = outcome !== 'collected';
  expect(stored).toMatchObject({ late, lateCounted: late, duplicates: 1 });
  expect(world.replays.row(REPLAY)?.late).toBe(outcome === 'late' ? 1 : 0);
});

test('R1: given a crash at any point of collecting a late event, when it comes again, then it is held and counted', async () => {
  for (let point = 0; ; point++) {
    const world = await worldIn('RELEASING');
    const crash = crashAt(point);
    await createCollector(world.collectDeps({ hook: crash }))(event('e')).catch(() => {});
    if (!crash.crashed) break;
    const counted = world.replays.row(REPLAY)?.late as number;
    const { outcome } = await createCollector(world.collectDeps())(event('e'));
    expect(world.replays.row(REPLAY)?.late).toBeGreaterThanOrEqual(1);
    // Whoever counts it says so, and nobody else does.
    expect(outcome).not.toBe('held');
    expect(outcome === 'late').toBe((world.replays.row(REPLAY)?.late as number) > counted);
    expect(world.buffer.stored(REPLAY)).toMatchObject([{ late: true, lateCounted: true }, {}]);
  }
});

test('R4: given two collectors that find no row at the same time, then the first one makes it, and both events are stored', async () => {
  const world = createWorld();
  const first = createCollector(world.collectDeps());
  let made: unknown;
  const second = createCollector(
    world.collectDeps({
      hook: {
        before: async ({ method }) => {
          if (method !== 'create') return;
          await first(event('a'));
          made = structuredClone(world.replays.row(REPLAY));
          world.clock.advance(500);
        },
      },
    }),
  );
  expect(await second(event('b'))).toMatchObject({ outcome: 'collected' });
  expect(world.replays.row(REPLAY)).toEqual(made);
  expect(world.buffer.stored(REPLAY)).toHaveLength(2);
  expect(world.starts.calls).toHaveLength(1);
});

test('R1: given a late event that comes twice at the same time, then it is counted once or twice, and not missed', async () => {
  const world = await worldIn('RELEASING');
  const [a, b] = [createCollector(world.collectDeps()), createCollector(world.collectDeps())];
  const outcomes = await Promise.all([a(event('e')), b(event('e'))]);
  const late = outcomes.filter(({ outcome }) => outcome === 'late').length;
  expect([1, 2]).toContain(late);
  expect(world.replays.row(REPLAY)?.late).toBe(late);
});

test('R6: given a slow answer with an old phase, then it does not pass for a newer reading in the cache', async () => {
  const world = await worldIn('COLLECTING');
  delete world.replays.row(REPLAY)?.leaseUntilMs;
  const { phaseCacheMs } = world.settings;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let gets = 0;
  // The last of the readings that start a sequencer, of a phase that is COLLECTING still, takes its time.
  const hook: Hook = { after: ({ method }) => (method === 'get' && ++gets === 2 ? held : undefined) };
  const collect = createCollector(world.collectDeps({ hook }));
  const slow = collect(event('slow'));
  while (gets < 2) await new Promise(setImmediate);
  const readAtMs = world.clock.now();
  enter(world, 'SEALED');
  world.clock.set(readAtMs + phaseCacheMs);
  expect((await collect(event('after the seal'))).outcome).toBe('late');
  letGo();
  await slow;
  world.clock.set(readAtMs + 2 * phaseCacheMs - 1);
  expect((await collect(event('long after the seal'))).outcome).toBe('late');
});

test.each([
  ['has no order', { detail: { sequence: { of: 1 } } }],
  ['is too large', { detail: { text: 'x'.repeat(500_000) } }],
])(
  'R7: given a replay whose only event %s, then it is refused, and a sequencer is there to say so',
  async (_, changes) => {
    const world = createWorld({ settings: { tiebreaker: 'detail.sequence' } });
    await expect(createCollector(world.collectDeps())({ ...event('a'), ...changes })).rejects.toMatchObject({
      disposition: 'park',
    });
    expect(world.starts.running).toHaveLength(1);
    expect(world.buffer.stored(REPLAY)).toEqual([]);
  },
);

test.each([
  ['no time', { time: '' }],
  ['no id', { id: undefined }],
  ['no detail', { detail: 'text' }],
])(
  'R7: given a replay whose only event has %s, then the row is made, and a sequencer is there to say so',
  async (_, flaw) => {
    const world = createWorld();
    const collect = createCollector(world.collectDeps());
    await expect(collect({ ...event('a'), ...flaw })).rejects.toMatchObject({ code: 'InvalidEvent' });
    expect(world.replays.row(REPLAY)).toMatchObject({ phase: 'COLLECTING', generation: 1 });
    expect(world.starts.running).toHaveLength(1);
  },
);

test.each([undefined, 5, '', 'a name?', 'x'.repeat(65)])(
  'given what names no replay but %j, then it is refused, and no row is made of it',
  async (name) => {
    const world = createWorld();
    const collect = createCollector(world.collectDeps());
    await expect(collect({ ...event('a'), time: '', 'replay-name': name })).rejects.toMatchObject({
      code: 'InvalidEvent',
    });
    expect(world.replays.calls).toEqual([]);
    expect(world.starts.running).toEqual([]);
  },
);

test.each([
  ['only the name', {}, 'collected', 1],
  ['the phase COLLECTING', { phase: 'COLLECTING' }, 'collected', 1],
  ['options', { options: { speed: 'max' } }, 'collected', 1],
  ['the phase CANCELLED', { phase: 'CANCELLED' }, 'held', 0],
  ['the phase FAILED', { phase: 'FAILED' }, 'held', 0],
])(
  'given a row that somebody made with %s, when the first event comes, then one update completes it',
  async (_, made, outcome, sequencers) => {
    const world = createWorld({ settings: { buckets: 3, tiebreaker: 'detail.n' } });
    world.replays.type({ replay: REPLAY, ...made });
    expect(await createCollector(world.collectDeps())(event('a'))).toMatchObject({ outcome });
    const nowMs = world.clock.now();
    expect(world.replays.row(REPLAY)).toMatchObject({
      phase: 'COLLECTING',
      generation: 1,
      buckets: 3,
      tiebreaker: 'detail.n',
      createdAtMs: nowMs,
      retainedUntilMs: nowMs + world.settings.retentionMs,
      late: 0,
      ...made,
    });
    expect(world.replays.calls.filter(({ method }) => method === 'create')).toHaveLength(1);
    expect(world.starts.running).toHaveLength(sequencers);
  },
);

test('given a row that has begun and lost its buckets, then nobody fills in those of today', async () => {
  const world = await worldIn('COLLECTING');
  delete (world.replays.row(REPLAY) as Partial<ReplayRow>).buckets;
  const error = await rejectionOf(createCollector(world.collectDeps())(event('a')));
  expect(error).toMatchObject({ code: 'RowNotReadable', disposition: 'retry', ids: { replay: REPLAY } });
  expect(textOf(error)).toBe(
    `In the row of replay ${REPLAY}, buckets is missing; expected is a whole number from 1 to 64. ` +
      'Correct it in the row; trying again is safe.',
  );
  expect(world.replays.row(REPLAY)).not.toHaveProperty('buckets');
});

test.each([
  { phase: 'CANCELED' },
  { phase: 5 },
  { phase: undefined },
  { phase: 'SEALED' },
  { phase: 'RELEASING' },
  { phase: 'COLLECTING', sealedAtMs: 1 },
  { buckets: 0 },
  { buckets: 1e9 },
  { tiebreaker: 7 },
  { createdAtMs: 'yesterday' },
  { retainedUntilMs: 'for ever' },
])(
  'R1: given a row with %j, then an event is neither stored nor lost, and a sequencer sees to it',
  async (typed) => {
    const world = await worldIn('COLLECTING');
    const row = world.replays.row(REPLAY) as object;
    Object.assign(row, typed);
    delete (row as Partial<ReplayRow>).leaseUntilMs;
    for (const [key, value] of Object.entries(typed)) if (value === undefined) delete (row as never)[key];
    const collect = createCollector(world.collectDeps());
    await expect(collect(event('a'))).rejects.toMatchObject({ code: 'RowNotReadable', disposition: 'retry' });
    expect(world.buffer.stored(REPLAY)).toHaveLength(1);
    expect(world.starts.running).toEqual([{ replay: REPLAY, generation: 1 }]);
  },
);

test('R7: given a generation that cannot be read and nobody alive, then the row says so, and the event is to be tried again', async () => {
  const world = await worldIn('COLLECTING');
  Object.assign(world.replays.row(REPLAY) as object, { generation: 'x', leaseUntilMs: 'tomorrow' });
  const collect = createCollector(world.collectDeps());
  await expect(collect(event('a'))).rejects.toMatchObject({ code: 'RowNotReadable' });
  expect(world.replays.row(REPLAY)?.reason).toContain(
    'generation is the text "x"; expected is a whole number',
  );
  expect(world.buffer.stored(REPLAY)).toHaveLength(2);
});

test('R7: given a lease that cannot be read, then a sequencer is started, and the row has a lease again', async () => {
  const world = await worldIn('COLLECTING');
  Object.assign(world.replays.row(REPLAY) as object, { leaseUntilMs: 'tomorrow' });
  await createCollector(world.collectDeps())(event('a'));
  expect(world.replays.row(REPLAY)?.leaseUntilMs).toBeGreaterThan(world.clock.now());
});

test('R1: given a count of late events that is a text, then the event is held, and counted once when it comes again', async () => {
  const world = await worldIn('RELEASING');
  Object.assign(world.replays.row(REPLAY) as object, { late: 'many' });
  const collect = createCollector(world.collectDeps());
  await expect(collect(event('late'))).rejects.toMatchObject({ code: 'RowNotReadable' });
  Object.assign(world.replays.row(REPLAY) as object, { late: 4 });
  world.clock.advance(world.settings.phaseCacheMs);
  expect(await collect(event('late'))).toMatchObject({ outcome: 'late' });
  expect(await collect(event('late'))).toMatchObject({ outcome: 'duplicate' });
  expect(world.replays.row(REPLAY)?.late).toBe(5);
});

test.each<[string, (nowMs: number) => Partial<ReplayRow>]>([
  ['a createdAt that is ten days ahead', (nowMs) => ({ createdAtMs: nowMs + 10 * DAY_MS })],
  ['a retainedUntil that is ten years ahead', (nowMs) => ({ retainedUntilMs: nowMs + 3_650 * DAY_MS })],
])(
  'R1: given %s, then no event is stored that could vanish before its guard, nor kept for years',
  async (_, typed) => {
    const world = await worldIn('COLLECTING');
    Object.assign(world.replays.row(REPLAY) as object, typed(world.clock.now()));
    const collect = createCollector(world.collectDeps());
    await expect(collect(event('a'))).rejects.toMatchObject({ code: 'RowNotReadable', disposition: 'retry' });
    expect(world.buffer.stored(REPLAY)).toHaveLength(1);
  },
);

test('R1: given a createdAt that is read ahead once a sequencer has been ensured, then the cache does not believe it', async () => {
  const world = await worldIn('COLLECTING');
  delete world.replays.row(REPLAY)?.leaseUntilMs;
  const hook: Hook = {
    before: ({ method }) => {
      if (method !== 'start') return;
      Object.assign(world.replays.row(REPLAY) as object, { createdAtMs: world.clock.now() + 10 * DAY_MS });
    },
  };
  const collect = createCollector(world.collectDeps({ hook }));
  await collect(event('a'));
  await expect(collect(event('b'))).rejects.toMatchObject({ code: 'RowNotReadable' });
});

test('R1: given a deployment that changes the retention, then the events of one replay are kept equally long', async () => {
  const world = createWorld({ settings: { retentionMs: DAY_MS } });
  await createCollector(world.collectDeps())(event('a'));
  const settings = { ...world.settings, retentionMs: 14 * DAY_MS };
  world.clock.advance(60_000);
  await createCollector({ ...world.collectDeps(), settings })(event('b'));
  expect(
    world.buffer.stored(REPLAY).map(({ receivedAtMs, expiresAtMs }) => expiresAtMs - receivedAtMs),
  ).toEqual([DAY_MS, DAY_MS]);
});
