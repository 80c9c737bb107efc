import { MAX_READING_MS } from '../../../src/core/limits';
import type { SequenceAnswer } from '../../../src/core/replay/call';
import type { ReplayRow } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import { DEFAULT_SETTINGS, settleMs } from '../../../src/core/settings';
import type { Hook } from '../../fakes/intercept';
import type { World } from '../../fakes/world';
import { REPLAY, WINDOW_START_MS } from '../../support/events';
import { rowOf, worldWithReplay } from '../../support/replays';

const DAY_MS = 86_400_000;
const STATE = { replay: REPLAY, generation: 1 };

/** Follows the answers until the row is as wanted. */
async function followUntil(
  world: World,
  wanted: (row: ReplayRow) => boolean,
  hook: Hook = {},
): Promise<SequenceAnswer> {
  for (let calls = 0; calls < 5_000; calls++) {
    const answer = await sequence(STATE, world.sequenceDeps({ hook }));
    if (wanted(rowOf(world)) || !('resumeAt' in answer)) return answer;
    world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
  }
  throw new Error('This never came.');
}

const isDone = ({ phase }: ReplayRow) => phase === 'DONE' || phase === 'FAILED';
const collectingWorld = () => worldWithReplay({}, [0, 1, 2]);

async function completedWorld(description = 'speed=max'): Promise<World> {
  const world = await collectingWorld();
  world.status.set(REPLAY, { state: 'COMPLETED', description });
  return world;
}

test.each(['STARTING', 'RUNNING'] as const)(
  'given the state %s, then the options are read, and the next look comes after the polling time',
  async (state) => {
    const world = await collectingWorld();
    world.status.set(REPLAY, { state, description: 'speed=3' });
    const answer = await sequence(STATE, world.sequenceDeps());
    const resumeAt = new Date(world.clock.now() + DEFAULT_SETTINGS.pollEveryMs).toISOString();
    expect(answer).toMatchObject({ action: 'wait', resumeAt });
    expect(rowOf(world)).toMatchObject({ phase: 'COLLECTING', options: { speed: '3' } });
    expect(world.queues.calls).toEqual([]);
  },
);

test('R1: given COMPLETED, then both queues are looked at three times from then on, the last time when everything has settled and is counted, and then the set is sealed', async () => {
  const world = await completedWorld();
  const completedAtMs = world.clock.now();
  const sealableMs = completedAtMs + settleMs(DEFAULT_SETTINGS) + DEFAULT_SETTINGS.depthLagMs;
  const looksAtMs: number[] = [];
  const hook: Hook = { before: ({ port }) => void (port === 'queues' && looksAtMs.push(world.clock.now())) };
  await followUntil(world, ({ sealedAtMs }) => sealedAtMs !== undefined, hook);
  const second = (completedAtMs + sealableMs) / 2;
  expect(looksAtMs).toEqual([completedAtMs, completedAtMs, second, second, sealableMs, sealableMs]);
  expect(new Set(world.queues.calls.map(({ args }) => args[0]))).toEqual(
    new Set(['overflow', 'deadLetters']),
  );
  expect(rowOf(world).sealedAtMs).toBeGreaterThanOrEqual(sealableMs);
});

test('R1: given events that arrive after COMPLETED, then the seal counts from the newest of them', async () => {
  const world = await completedWorld();
  const { arrivalStaleMs, maxArrivalGapMs, depthLagMs } = DEFAULT_SETTINGS;
  await followUntil(world, (row) => row.queuesEmptyReadings === 2);
  const lastArrivalAtMs = world.clock.now();
  rowOf(world).lastArrivalAtMs = lastArrivalAtMs;
  await followUntil(world, ({ sealedAtMs }) => sealedAtMs !== undefined);
  expect(rowOf(world).sealedAtMs).toBe(
    lastArrivalAtMs + arrivalStaleMs + maxArrivalGapMs + settleMs(DEFAULT_SETTINGS) + depthLagMs,
  );
});

test('R1: given an event that arrives after the row was read and before SEALED is written, then SEALED is refused', async () => {
  const world = await completedWorld();
  let arrivedAtMs = 0;
  const hook: Hook = {
    before: ({ method, args }) => {
      if (method !== 'save' || (args[1] as ReplayRow).phase !== 'SEALED' || arrivedAtMs > 0) return;
      arrivedAtMs = world.clock.now();
      rowOf(world).lastArrivalAtMs = arrivedAtMs;
    },
  };
  await followUntil(world, ({ sealedAtMs }) => sealedAtMs !== undefined, hook);
  expect(rowOf(world).sealedAtMs).toBeGreaterThan(arrivedAtMs + settleMs(DEFAULT_SETTINGS));
});

test('R1: given COMPLETED was seen and an older answer comes after it, then the readings go on', async () => {
  const world = await completedWorld();
  await followUntil(world, (row) => row.queuesEmptyReadings === 1);
  world.status.set(REPLAY, { state: 'RUNNING' });
  await followUntil(world, ({ sealedAtMs }) => sealedAtMs !== undefined);
  expect(rowOf(world).phase).not.toBe('COLLECTING');
});

test('R1: given a look that comes long after the one before, then a message may have died twice in between, and the looks start anew', async () => {
  const world = await completedWorld();
  await followUntil(world, (row) => row.queuesEmptyReadings === 2);
  world.clock.advance(3 * DEFAULT_SETTINGS.queueMetadataMs);
  await sequence(STATE, world.sequenceDeps());
  expect(rowOf(world)).toMatchObject({ phase: 'COLLECTING', queuesEmptyReadings: 1 });
});

/** The host stands still once, after it has read the first queue. */
function standsStill(world: World, ms: number): Hook {
  let isOver = false;
  const after: Hook['after'] = ({ port }) => {
    if (port === 'queues' && !isOver) world.clock.advance(ms);
    isOver ||= port === 'queues';
  };
  return { after };
}

test('R1: given a host that stands still in the middle of a look, then that was none, and the looks start anew', async () => {
  const world = await completedWorld();
  const answer = await followUntil(world, (row) => row.queuesEmptyReadings === 2);
  world.clock.set(Date.parse((answer as { resumeAt: string }).resumeAt));
  await sequence(STATE, world.sequenceDeps({ hook: standsStill(world, MAX_READING_MS + 1) }));
  expect(rowOf(world)).toMatchObject({ phase: 'COLLECTING', queuesEmptyReadings: 1 });
});

test('R1: given a message that shows at the last look, then the looks start anew', async () => {
  const world = await completedWorld();
  await followUntil(world, (row) => row.queuesEmptyReadings === 2);
  world.queues.depths.overflow = 1;
  await followUntil(world, (row) => row.queuesEmptyAtMs === undefined);
  world.queues.depths.overflow = 0;
  const emptyAtMs = world.clock.now();
  await followUntil(world, (row) => row.sealedAtMs !== undefined);
  expect(rowOf(world).sealedAtMs).toBeGreaterThanOrEqual(emptyAtMs + 2 * DEFAULT_SETTINGS.queueMetadataMs);
});

test('R1: given dead letters, then the replay is INCOMPLETE and says so, and goes on by itself when they are gone', async () => {
  const world = await completedWorld();
  world.queues.depths.deadLetters = 2;
  expect((await followUntil(world, (row) => row.phase === 'INCOMPLETE')).action).toBe('wait');
  expect(rowOf(world)).toMatchObject({
    dead: 2,
    reason:
      '2 event(s) in the dead-letter queue. Redrive or purge it and the replay goes on by itself, ' +
      'or set command.onMissing to continue in this row.',
  });
  world.clock.advance(DAY_MS);
  await sequence(STATE, world.sequenceDeps());
  expect(rowOf(world).phase).toBe('INCOMPLETE');
  world.queues.depths.deadLetters = 0;
  const emptyAtMs = world.clock.now();
  await followUntil(world, isDone);
  expect(rowOf(world)).toMatchObject({ phase: 'DONE', dead: 0, collected: 3 });
  expect(rowOf(world).reason).toBeUndefined();
  expect(rowOf(world).sealedAtMs).toBeGreaterThanOrEqual(emptyAtMs + 2 * DEFAULT_SETTINGS.queueMetadataMs);
});

test('given onMissing=continue, then dead letters are counted and not waited for', async () => {
  const world = await completedWorld('speed=max onMissing=continue');
  world.queues.depths.deadLetters = 2;
  const answer = await followUntil(world, isDone);
  expect(answer).toMatchObject({ action: 'done', report: { phase: 'DONE', dead: 2, released: 3 } });
});

test('R6: given SEALED, then the first reading comes after the dwell, counted from when SEALED was seen, however slow the write', async () => {
  const world = await completedWorld();
  let writtenAtMs = 0;
  const readsAtMs: number[] = [];
  const hook: Hook = {
    after: ({ method, args }) => {
      if (method === 'read' || method === 'count') readsAtMs.push(world.clock.now());
      if (method !== 'save' || (args[1] as ReplayRow).phase !== 'SEALED') return;
      writtenAtMs = world.clock.now();
      world.clock.advance(45_000);
    },
  };
  await followUntil(world, isDone, hook);
  expect(rowOf(world).sealedAtMs).toBe(writtenAtMs + 45_000);
  // The latest put that may be on its way: 5 s of a function, after 2 s of belief in what it had read.
  expect(Math.min(...readsAtMs)).toBeGreaterThanOrEqual(writtenAtMs + 45_000 + 5_000 + 2_000);
  expect(world.observer.sealed).toEqual([3]);
});

test.each([
  ['archive gone', 'because: archive gone'],
  [undefined, 'without a reason'],
])('given EventBridge says FAILED with the reason %s, then so does the replay', async (stateReason, why) => {
  const reason = `EventBridge says FAILED, ${why}. Remove the cause. Start the replay again under a new name; nothing was delivered.`;
  const world = await collectingWorld();
  world.status.set(REPLAY, { state: 'FAILED', ...(stateReason && { stateReason }) });
  expect(await sequence(STATE, world.sequenceDeps())).toEqual({
    action: 'fail',
    Error: 'ReplayFailed',
    Cause: reason,
  });
  expect(rowOf(world)).toMatchObject({ phase: 'FAILED', errorCode: 'ReplayFailed', reason });
});

test.each(['CANCELLING', 'CANCELLED'] as const)(
  'given EventBridge says %s, then the replay is cancelled',
  async (state) => {
    const world = await collectingWorld();
    world.status.set(REPLAY, { state });
    const answer = await sequence(STATE, world.sequenceDeps());
    expect(answer).toMatchObject({
      action: 'done',
      report: { phase: 'CANCELLED', reason: `EventBridge says ${state}.` },
    });
  },
);

test('given a replay that EventBridge does not know, then it fails and says so', async () => {
  const world = await collectingWorld();
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({
    action: 'fail',
    Error: 'ReplayNotFound',
  });
  expect(rowOf(world)).toMatchObject({
    errorCode: 'ReplayNotFound',
    reason: `EventBridge knows no replay ${REPLAY}. Start a replay in this account and Region.`,
  });
});

test('given a bad option in the description, then the replay fails before it completes, and says what is allowed', async () => {
  const world = await collectingWorld();
  world.status.set(REPLAY, { state: 'RUNNING', description: 'speed=fast' });
  const answer = await sequence(STATE, world.sequenceDeps());
  expect(answer).toMatchObject({ action: 'fail', Error: 'InvalidOption' });
  expect((answer as { Cause: string }).Cause).toMatch(
    /^Option speed=fast is not valid; allowed is a number above 0/,
  );
});

test.each([
  ['speed=1', 14, 'fail'],
  ['speed=1', 13, 'wait'],
  ['speed=0.5', 8, 'fail'],
  ['speed=10', 139, 'wait'],
  ['speed=1 idle=5s', 100, 'wait'],
])(
  'R1: given %s for a window of %s days and events kept for 14, then the answer is to %s',
  async (description, days, action) => {
    const world = await collectingWorld();
    world.status.set(REPLAY, { state: 'RUNNING', description, window: { fromMs: 0, toMs: days * DAY_MS } });
    const answer = await sequence(STATE, world.sequenceDeps());
    expect(answer.action).toBe(action);
    if (answer.action !== 'fail') return;
    expect(answer.Error).toBe('PlaybackOutlivesRetention');
    expect(answer.Cause).toMatch(/the window takes up to 1[46]\.0 days; events are kept for 14\.0\./);
  },
);

/** A replay that has waited so long for its dead letters. */
async function waitedFor(days: number, seconds: number[]): Promise<World> {
  const world = await worldWithReplay({}, seconds);
  const toMs = WINDOW_START_MS + (seconds.at(-1) as number) * 1_000;
  world.status.set(REPLAY, { description: '', window: { fromMs: WINDOW_START_MS, toMs } });
  world.queues.depths.deadLetters = 1;
  await followUntil(world, (row) => row.phase === 'INCOMPLETE');
  world.clock.advance(days * DAY_MS);
  world.queues.depths.deadLetters = 0;
  return world;
}

test('R1: given dead letters were waited for until the buffer began to expire, then what is left of it is not released', async () => {
  const world = await waitedFor(15, [0, 1]);
  const answer = await followUntil(world, isDone);
  expect(answer).toMatchObject({ action: 'fail', Error: 'PlaybackOutlivesRetention' });
  expect(world.lanes.log).toEqual([]);
});

test('R1: given a playback that fits the retention only without the time waited before it, then it fails before events expire', async () => {
  const world = await waitedFor(2, [0, 13.9 * 86_400]);
  const answer = await followUntil(world, isDone);
  expect(answer).toMatchObject({ action: 'fail', Error: 'PlaybackOutlivesRetention' });
  expect(rowOf(world).checkpoint?.released).toBe(1);
});

test('R1: given the whole buffer has expired before the seal, then the replay does not end as done', async () => {
  const world = await waitedFor(30, [0, 1]);
  const nothing = { count: async () => ({ events: 0 }), read: async () => ({ events: [], more: false }) };
  const expired = { ...world.buffer, ...nothing };
  for (let calls = 0; calls < 20 && !isDone(rowOf(world)); calls++) {
    const answer = await sequence(STATE, { ...world.sequenceDeps(), buffer: expired });
    if ('resumeAt' in answer) world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
  }
  expect(rowOf(world).phase).toBe('FAILED');
});

test.each([0, 20])(
  'R7: given looks at the queues that are %s ms apart, and calls that take longer, then the set is sealed all the same',
  async (queueMetadataMs) => {
    const world = await worldWithReplay({}, [0], { settings: { queueMetadataMs } });
    world.status.set(REPLAY, { description: 'speed=max' });
    const hook: Hook = { before: () => world.clock.advance(25) };
    for (let calls = 0; calls < 6; calls++) {
      const answer = await sequence(STATE, world.sequenceDeps({ hook }));
      if ('resumeAt' in answer) world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
    }
    expect(rowOf(world).phase).toBe('DONE');
  },
);

test('R1: given a retention that is raised while the replay is INCOMPLETE, when its events have expired, then it fails with the reason', async () => {
  const world = await worldWithReplay({}, [0, 1, 2], { settings: { retentionMs: DAY_MS } });
  world.status.set(REPLAY, { state: 'COMPLETED', description: 'speed=max' });
  world.queues.depths.deadLetters = 1;
  await followUntil(world, ({ phase }) => phase === 'INCOMPLETE');
  const settings = { ...world.settings, retentionMs: 14 * DAY_MS };
  world.clock.set(rowOf(world).createdAtMs + DAY_MS - 1);
  await sequence(STATE, { ...world.sequenceDeps(), settings });
  expect(rowOf(world).phase).toBe('INCOMPLETE');
  world.clock.advance(60_000);
  const answer = await sequence(STATE, { ...world.sequenceDeps(), settings });
  expect(answer).toMatchObject({ action: 'fail', Error: 'PlaybackOutlivesRetention' });
  expect(rowOf(world).reason).toContain(
    'The time for which events are kept was over before the set was counted.',
  );
});

test('R1: given a retention that is lowered meanwhile, then the replay has the time that it began with', async () => {
  const world = await worldWithReplay({}, [0, 1, 2]);
  world.status.set(REPLAY, { state: 'COMPLETED', description: 'speed=max' });
  world.clock.advance(2 * DAY_MS);
  const settings = { ...world.settings, retentionMs: DAY_MS };
  for (let calls = 0; rowOf(world).phase !== 'DONE' && calls < 20; calls++) {
    const answer = await sequence(STATE, { ...world.sequenceDeps(), settings });
    if ('resumeAt' in answer) world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
  }
  expect(rowOf(world)).toMatchObject({ phase: 'DONE', collected: 3 });
});
