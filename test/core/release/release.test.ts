import { unavailable } from '../../../src/core/errors';
import {
  FIRST_PAGE_EVENTS,
  MAX_WAIT_MS,
  MIN_REMAINING_MS,
  MIN_REMAINING_TO_READ_MS,
  WAKE_EARLY_MS,
} from '../../../src/core/limits';
import { heal } from '../../../src/core/replay/heal';
import type { RowChanges } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import type { PortCall } from '../../fakes/intercept';
import type { World } from '../../fakes/world';
import { REPLAY } from '../../support/events';
import { released, releasingRow, rowOf, worldWithReplay } from '../../support/replays';

type Listener = (call: PortCall) => void | Promise<void>;

const STATE = { replay: REPLAY, generation: 1 };

const releasingWorld = (seconds: number[], options = {}, settings = {}) =>
  worldWithReplay(releasingRow(seconds, options), seconds, { settings });

const idsTo = (count: number, step = 1) => [...Array(count).keys()].map((n) => `e-${n * step}`);
const secondsTo = (count: number, step = 1) => [...Array(count).keys()].map((n) => n * step);

/** Does something at each port call of one sequencer. */
const run = (world: World, before: Listener, after: Listener = () => {}) =>
  sequence(STATE, world.sequenceDeps({ hook: { before, after } }));

test('R6: given events a few seconds apart, then each is appended at its very millisecond, in one call', async () => {
  const seconds = [0, 3, 5, 14];
  const world = await releasingWorld(seconds, { speed: '2' });
  const startMs = world.clock.now();
  const atMs: number[] = [];
  const answer = await run(world, ({ port }) => void (port === 'lanes' && atMs.push(world.clock.now())));
  expect(atMs).toEqual(seconds.map((second) => startMs + second * 500));
  // Once a second it looks whether anybody wishes something.
  expect(world.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(7_000);
  expect(Math.max(...world.clock.slept)).toBe(1_000);
  expect(answer).toMatchObject({ action: 'done', report: { released: 4 } });
  expect(world.observer.appended).toEqual(seconds.map(() => ({ events: 1, lagMs: 0 })));
});

test('given a walk that saves on its way, then the row says that it is looked at now', async () => {
  const world = await releasingWorld(secondsTo(4));
  let saves = 0;
  await run(world, ({ method, args }) => {
    const { resumeAtMs, phase } = (args[1] ?? {}) as RowChanges;
    if (method !== 'save' || phase === 'DONE') return;
    saves++;
    expect(resumeAtMs).toBe(world.clock.now());
  });
  expect(saves).toBeGreaterThanOrEqual(3);
});

test('given a call whose time is over, then the row says that the next one looks at once', async () => {
  const world = await releasingWorld([0, 8]);
  const answer = await sequence(STATE, {
    ...world.sequenceDeps(),
    // Once the first event is in its lane there is no time for the wait.
    remainingMs: () => (released(world).length > 0 ? MIN_REMAINING_MS + 1_000 : MIN_REMAINING_TO_READ_MS),
  });
  expect(answer).toMatchObject({ action: 'continue' });
  expect(rowOf(world)).toMatchObject({ resumeAtMs: world.clock.now(), checkpoint: { released: 1 } });
});

test('given events with a tiebreaker, then each goes to its lane with its own', async () => {
  const seconds = [0, 1];
  const world = await worldWithReplay({ ...releasingRow(seconds), tiebreaker: 'detail.orderId' }, seconds);
  await sequence(STATE, world.sequenceDeps());
  expect(world.lanes.log.flatMap(({ tiebreakers }) => tiebreakers)).toEqual(['so-1', 'so-1']);
});

test('given a long pause, then the call ends, and asks to be woken a little before the next event is due', async () => {
  const world = await releasingWorld([0, 60]);
  const startMs = world.clock.now();
  const answer = await sequence(STATE, world.sequenceDeps());
  expect(answer).toMatchObject({
    action: 'wait',
    resumeAt: new Date(startMs + 60_000 - WAKE_EARLY_MS).toISOString(),
  });
  expect(released(world)).toEqual(['e-0']);
  expect(rowOf(world).checkpoint).toMatchObject({ released: 1, dueAtMs: startMs });
  expect(world.clock.slept).toEqual([]);
});

test('given a pause of days, then no single wait is longer than five minutes', async () => {
  const world = await releasingWorld([0, 5 * 86_400]);
  const answer = await sequence(STATE, world.sequenceDeps());
  expect(answer).toMatchObject({
    action: 'wait',
    resumeAt: new Date(world.clock.now() + MAX_WAIT_MS).toISOString(),
  });
});

const DAY_SECONDS = 86_400;
const TO_THE_YEAR_9999 = 251_000_000_000;

test.each([
  ['0.00000001', 'none', DAY_SECONDS],
  [`0.${'0'.repeat(320)}1`, 'none', DAY_SECONDS],
  ['0.00000001', '99999999999999999999d', DAY_SECONDS],
  ['0.01', 'none', TO_THE_YEAR_9999],
])(
  'given a speed of %s and idle %s, then a pause beyond all dates is waited for, and another speed ends it',
  async (speed, idle, second) => {
    const world = await releasingWorld([0, second]);
    Object.assign(rowOf(world), { command: { speed, idle } });
    expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'wait' });
    expect(released(world)).toEqual(['e-0']);
    expect(rowOf(world).next?.dueAtMs).toBeGreaterThanOrEqual(rowOf(world).retainedUntilMs as number);
    Object.assign(rowOf(world), { command: { speed: 'max' } });
    expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'done' });
  },
);

test('given a pause whose rest would take beyond all dates, then the row still says until when its events are kept', async () => {
  const world = await releasingWorld([0, DAY_SECONDS]);
  const nowMs = world.clock.now();
  Object.assign(rowOf(world), {
    window: { fromMs: nowMs, toMs: nowMs + 3 * DAY_SECONDS * 1_000 },
    command: { speed: '0.00000001', paused: true },
  });
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'wait' });
  expect(rowOf(world)).toMatchObject({
    reason: expect.stringContaining('Its events are kept until'),
    warnings: [{ code: 'PlaybackOutlivesRetention' }],
  });
});

test('given a save after the last event, then nothing that is left may take too long', async () => {
  const world = await releasingWorld([0, 1], { speed: 'max' });
  const nowMs = world.clock.now();
  Object.assign(rowOf(world), { window: { fromMs: nowMs, toMs: nowMs + DAY_SECONDS * 1_000 } });
  let saves = 0;
  await run(
    world,
    ({ method, args }) => {
      const { checkpoint, phase, warnings } = (args[1] ?? {}) as RowChanges;
      if (method !== 'save' || checkpoint?.released !== 2 || phase === 'DONE') return;
      saves++;
      expect(warnings).toBeUndefined();
    },
    ({ port }) => void (port === 'lanes' && world.clock.advance(1_100)),
  );
  expect(saves).toBe(1);
});

test.each([true, false])(
  'given that somebody types how many events were sealed, as many as were released, then the row stays readable: paused %p',
  async (paused) => {
    const world = await releasingWorld([0, 60]);
    const nowMs = world.clock.now();
    Object.assign(rowOf(world), { window: { fromMs: nowMs, toMs: nowMs + DAY_SECONDS * 1_000 } });
    await sequence(STATE, world.sequenceDeps());
    Object.assign(rowOf(world), { collected: 1, command: paused ? { paused } : {} });
    expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'wait' });
    expect(rowOf(world)).not.toHaveProperty('warnings');
  },
);

test('R1: given any append, then the checkpoint is not beyond what is in the lanes', async () => {
  const world = await releasingWorld(secondsTo(40), { speed: '10' }, { groupCount: 3 });
  let checkpoints = 0;
  await run(world, ({ method, args }) => {
    const checkpoint = (args[1] as { checkpoint?: { position: string; released: number } })?.checkpoint;
    if (method !== 'save' || !checkpoint) return;
    checkpoints++;
    expect(world.lanes.image(`${REPLAY}#`)?.position).toBe(checkpoint.position);
    expect(released(world)).toHaveLength(checkpoint.released);
  });
  // 40 events in 3.9 s: about one a second.
  expect(checkpoints).toBeGreaterThanOrEqual(3);
  expect(checkpoints).toBeLessThanOrEqual(5);
  expect(released(world)).toEqual(idsTo(40));
});

test('given a cancellation while events are being released, then release stops within a checkpoint', async () => {
  const world = await releasingWorld(secondsTo(100), { speed: '5' });
  let cancelledAtMs = 0;
  let lastAtMs = 0;
  const answer = await run(world, ({ port }) => {
    if (port !== 'lanes') return;
    lastAtMs = world.clock.now();
    if (released(world).length !== 20) return;
    cancelledAtMs = world.clock.now();
    Object.assign(rowOf(world), { phase: 'CANCELLED', reason: 'Stopped by hand.' });
  });
  expect(answer).toMatchObject({
    action: 'done',
    report: { phase: 'CANCELLED', reason: 'Stopped by hand.' },
  });
  expect(lastAtMs - cancelledAtMs).toBeLessThanOrEqual(1_200);
  expect(released(world)).toEqual(idsTo(released(world).length));
});

test('given a save that is refused for a field that means nothing, then how far the release came is saved a second later', async () => {
  const world = await releasingWorld([0, 1, 9], { speed: '2' });
  const startMs = world.clock.now();
  let refusals = 0;
  const savedMs: number[] = [];
  const answer = await run(
    world,
    ({ method, args }) => {
      const { checkpoint } = (args[1] ?? {}) as RowChanges;
      if (method === 'save' && checkpoint && refusals++ === 0) rowOf(world).command = { paused: 'soon' };
    },
    ({ method }) => {
      if (method === 'save' && rowOf(world).checkpoint?.released === 2)
        savedMs.push(world.clock.now() - startMs);
    },
  );
  expect(savedMs[0]).toBe(2_000);
  expect(answer).toMatchObject({ action: 'done', report: { released: 3 } });
});

test('given a cancellation during a wait in memory, then at most what is due at its end is still released', async () => {
  const world = await releasingWorld([0, 9, 10, 11]);
  await run(
    world,
    ({ method }) => void (method === 'sleep' && Object.assign(rowOf(world), { phase: 'CANCELLED' })),
  );
  expect(released(world).length).toBeLessThanOrEqual(2);
});

test('given a cancellation at the start of a long wait in memory, then nothing is released after it', async () => {
  const world = await releasingWorld([0, 9]);
  await run(
    world,
    ({ method }) => void (method === 'sleep' && Object.assign(rowOf(world), { phase: 'CANCELLED' })),
  );
  expect(released(world)).toEqual(['e-0']);
});

test('given fewer events than were counted at the seal, then the replay fails and says what to compare', async () => {
  const world = await releasingWorld([0, 1]);
  Object.assign(rowOf(world), { collected: 3 });
  const answer = await sequence(STATE, world.sequenceDeps());
  expect(answer).toEqual({
    action: 'fail',
    Error: 'CountMismatch',
    Cause:
      '3 events were sealed and 2 released. ' +
      'What was released is in order; compare the buffer with the lanes before you rely on it.',
  });
});

test('given that the time for which events are kept is over, when nothing is left of them, then it says so, and not that somebody changed the buffer', async () => {
  const world = await releasingWorld([0, 1]);
  Object.assign(rowOf(world), { collected: 3 });
  const { createdAtMs } = rowOf(world);
  world.clock.set(createdAtMs + world.settings.retentionMs - 1);
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ Error: 'CountMismatch' });
  const later = await releasingWorld([]);
  Object.assign(rowOf(later), { collected: 3 });
  later.clock.set(createdAtMs + later.settings.retentionMs);
  expect(await sequence(STATE, later.sequenceDeps())).toMatchObject({
    action: 'fail',
    Error: 'PlaybackOutlivesRetention',
    Cause: expect.stringContaining('0 of 3 events were released'),
  });
});

test('given that all were released before the time for which events are kept was over, when that is seen after it, then the replay is done', async () => {
  const world = await releasingWorld([]);
  const { createdAtMs } = rowOf(world);
  world.clock.set(createdAtMs + world.settings.retentionMs + 1);
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'done' });
});

test('given a batch whose next page is unavailable, then what was taken is released all the same', async () => {
  const seconds = secondsTo(FIRST_PAGE_EVENTS + 3);
  const world = await worldWithReplay({ ...releasingRow(seconds, { speed: 'max' }), buckets: 1 }, seconds, {
    settings: { buckets: 1 },
  });
  let reads = 0;
  const answer = await run(world, ({ method }) => {
    if (method === 'read' && ++reads > 1) throw unavailable('DynamoDB', new Error('throttled'));
  });
  expect(answer).toMatchObject({ action: 'wait', backoffMs: 1_000 });
  expect(released(world)).toEqual(idsTo(FIRST_PAGE_EVENTS));
  expect(rowOf(world).checkpoint).toMatchObject({ released: FIRST_PAGE_EVENTS });
});

test('R6: given a look that fails while a batch is read, then nothing is appended before another one has said that the row is the same', async () => {
  const seconds = secondsTo(FIRST_PAGE_EVENTS * 5 + 3);
  const world = await worldWithReplay({ ...releasingRow(seconds, { speed: 'max' }), buckets: 1 }, seconds, {
    settings: { buckets: 1 },
  });
  let looks = 0;
  let lookedAtMs = 0;
  await run(
    world,
    ({ port }) => {
      // A save is a look, too.
      if (port === 'replays') {
        if (++looks === 3) throw unavailable('DynamoDB', new Error('throttled'));
        lookedAtMs = world.clock.now();
      }
      if (port === 'lanes') expect(world.clock.now() - lookedAtMs).toBeLessThanOrEqual(1_000);
    },
    ({ method }) => void (method === 'read' && world.clock.advance(1_100)),
  );
  expect(looks).toBeGreaterThan(3);
  expect(released(world)).toEqual(idsTo(seconds.length));
});

test('given a sealed set without events, then the replay is done', async () => {
  const world = await releasingWorld([]);
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({
    action: 'done',
    report: { phase: 'DONE', released: 0 },
  });
});

test('given a call with too little time for the next wait, then it yields, with its checkpoint, and goes on at once', async () => {
  const world = await releasingWorld([0, 9, 18, 27]);
  const deadlineMs = world.clock.now() + 65_000;
  const remainingMs = () => deadlineMs - world.clock.now();
  const answer = await sequence(STATE, world.sequenceDeps({ remainingMs }));
  expect(answer).toMatchObject({ action: 'continue', iteration: 1 });
  expect(rowOf(world).checkpoint?.released).toBe(3);
  expect(remainingMs()).toBeGreaterThan(MIN_REMAINING_MS);
});

test('R4: given another sequencer that has come further, then the checkpoint does not go back, and both end with the same', async () => {
  const world = await releasingWorld(secondsTo(30), { speed: '5' });
  const progress: number[] = [];
  const note = () => void progress.push(rowOf(world).checkpoint?.released ?? 0);
  let overtaken = false;
  const answer = await run(
    world,
    async ({ method, args }) => {
      if (overtaken || method !== 'save' || !(args[1] as { checkpoint?: object }).checkpoint) return;
      overtaken = true;
      const yieldsAtMs = world.clock.now() + 63_000;
      await sequence(STATE, world.sequenceDeps({ remainingMs: () => yieldsAtMs - world.clock.now() }));
      note();
    },
    note,
  );
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(released(world)).toEqual(idsTo(30));
  expect(answer).toMatchObject({ action: 'done', report: { released: 30 } });
});

test('R7: given a later generation that is named and not started yet, when this one saves a checkpoint, then one of the two goes on', async () => {
  const seconds = [...secondsTo(20), 600];
  const world = await releasingWorld(seconds, { speed: '2' });
  Object.assign(rowOf(world), { leaseUntilMs: world.clock.now() - 1 });
  let saved = () => {};
  const checkpoint = new Promise<void>((resolve) => {
    saved = resolve;
  });
  let healed: Promise<unknown> | undefined;
  const healDeps = world.healDeps({
    hook: { after: ({ method }) => (method === 'save' ? checkpoint : undefined) },
  });
  const answer = await run(
    world,
    async ({ port }) => {
      if (port !== 'lanes' || healed) return;
      // The lease has run out, so the healer names a generation, and is about to start it.
      healed = heal(REPLAY, healDeps);
      while (rowOf(world).generation === 1) await new Promise(setImmediate);
    },
    async ({ method }) => {
      if (method !== 'save') return;
      saved();
      await healed;
    },
  );
  expect(rowOf(world).phase).toBe('RELEASING');
  expect(answer.action === 'done' && world.starts.running.length === 0).toBe(false);
});
