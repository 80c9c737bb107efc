import { unavailable } from '../../../src/core/errors';
import { LEASE_GRACE_MS, MAX_BACKOFF_MS, MAX_ITERATIONS, MIN_BACKOFF_MS } from '../../../src/core/limits';
import type { SequenceAnswer, SequencerState } from '../../../src/core/replay/call';
import { sequence } from '../../../src/core/replay/sequence';
import type { PortCall } from '../../fakes/intercept';
import { createWorld, type World } from '../../fakes/world';
import { REPLAY } from '../../support/events';
import { released, releasingRow, rowOf, worldWithReplay } from '../../support/replays';

jest.setTimeout(60_000);

const STATE: SequencerState = { replay: REPLAY, generation: 1 };
const THROTTLED = unavailable('DynamoDB', new Error('throttled'));

/** One call of a sequencer; the port calls that `fails` names throw. */
const call = (world: World, fails: (call: PortCall) => boolean, state = STATE, error: unknown = THROTTLED) =>
  sequence(
    state,
    world.sequenceDeps({
      hook: {
        before: (port) => {
          if (fails(port)) throw error;
        },
      },
    }),
  );

const isOf =
  (port: string, method: string) =>
  (each: PortCall): boolean =>
    each.port === port && each.method === method;

const waitsOf = (answer: SequenceAnswer) => (answer.action === 'wait' ? answer.backoffMs : undefined);

/** What each phase asks of its ports. */
const REQUESTS: [port: string, method: string, world: () => Promise<World>][] = [
  ['replays', 'get', () => worldWithReplay({})],
  ['replays', 'save', () => worldWithReplay({})],
  ['status', 'describe', () => worldWithReplay({})],
  ['queues', 'depth', settledWorld],
  ['buffer', 'count', () => worldWithReplay({ phase: 'SEALED', sealedAtMs: 0 }, [0])],
  ['buffer', 'read', () => worldWithReplay(releasingRow([0]), [0])],
  ['lanes', 'append', () => worldWithReplay(releasingRow([0]), [0])],
];

async function settledWorld(): Promise<World> {
  const world = await worldWithReplay({
    completedAtMs: createWorld().clock.now() - 600_000,
    options: releasingRow([]).options as never,
  });
  world.status.set(REPLAY, { state: 'COMPLETED' });
  return world;
}

test.each(REQUESTS)(
  'R7: given %s.%s that is unavailable, then the answer is to wait, a second and then twice as long, up to a minute',
  async (port, method, worldOf) => {
    const world = await worldOf();
    if (port === 'replays' && method === 'save') world.status.set(REPLAY, { state: 'RUNNING' });
    const expectedMs = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
    let state = STATE;
    for (const backoffMs of expectedMs) {
      const answer = await call(world, isOf(port, method), state);
      expect(answer).toMatchObject({
        action: 'wait',
        replay: REPLAY,
        generation: 1,
        backoffMs,
        resumeAt: new Date(world.clock.now() + backoffMs).toISOString(),
      });
      state = answer as SequencerState;
      world.clock.advance(backoffMs);
    }
    expect(world.observer.backoffs).toEqual(expectedMs.map((waitMs) => ({ error: THROTTLED, waitMs })));
    expect([MIN_BACKOFF_MS, MAX_BACKOFF_MS]).toEqual([expectedMs[0], expectedMs.at(-1)]);
    // Once it is there again, a call that ends without a wait for it says so.
    const next = await sequence(state, world.sequenceDeps());
    expect(next).not.toHaveProperty('backoffMs');
  },
);

test.each([
  ['buffer', 'read'],
  ['lanes', 'append'],
])('R7: given %s.%s that is unavailable, then the lease holds beyond the wait', async (port, method) => {
  const world = await worldWithReplay({ ...releasingRow([0]), leaseUntilMs: 1 }, [0]);
  await call(world, isOf(port, method), { ...STATE, backoffMs: 30_000 });
  const resumeAtMs = world.clock.now() + 60_000;
  expect(rowOf(world)).toMatchObject({ resumeAtMs, leaseUntilMs: resumeAtMs + LEASE_GRACE_MS });
});

/** Fails one append, the nth. */
function nthAppend(n: number) {
  let appends = 0;
  return (each: PortCall) => isOf('lanes', 'append')(each) && ++appends === n;
}

const SECONDS = [...Array(10).keys()];
const tenAtOnce = (settings = { groupCount: 1 }) =>
  worldWithReplay(releasingRow(SECONDS, { speed: 'max' }), SECONDS, { settings });

test('R1: given an append that is throttled, then the checkpoint covers what is in the lanes and no more, with its exact counts', async () => {
  const world = await tenAtOnce();
  for (const [n, [key]] of storedKeys(world).entries()) {
    for (let times = 0; times < n; times++) await world.buffer.addDuplicate(key);
  }
  const answer = await call(world, nthAppend(5));
  expect(waitsOf(answer)).toBe(MIN_BACKOFF_MS);
  expect(released(world)).toEqual(['e-0', 'e-1', 'e-2', 'e-3']);
  expect(rowOf(world).checkpoint).toMatchObject({ released: 4, duplicates: 0 + 1 + 2 + 3 });
  expect(rowOf(world).checkpoint?.position).toBe(world.lanes.image(`${REPLAY}#`)?.position);
  const end = await sequence(answer as SequencerState, world.sequenceDeps());
  expect(end).toMatchObject({ action: 'done', report: { phase: 'DONE', released: 10, duplicates: 45 } });
});

/** Keys of the buffered events, by position. */
function storedKeys(world: World) {
  return world.buffer.calls
    .filter(({ method }) => method === 'put')
    .map(({ args }) => args as Parameters<World['buffer']['put']>)
    .sort(([a], [b]) => (a.position < b.position ? -1 : 1));
}

test('R1: given an append with a fault that does not pass, then what is in the lanes is saved, and the error is thrown', async () => {
  const world = await tenAtOnce();
  const fault = new TypeError('no such table');
  await expect(call(world, nthAppend(3), STATE, fault)).rejects.toBe(fault);
  expect(rowOf(world).checkpoint).toMatchObject({ released: 2 });
  expect(world.observer.backoffs).toEqual([]);
});

test('given that the save after it fails too, then the first error is the one that counts', async () => {
  const world = await tenAtOnce();
  const fault = new TypeError('no such table');
  const fails = nthAppend(3);
  await expect(
    call(world, (each) => isOf('replays', 'save')(each) || fails(each), STATE, fault),
  ).rejects.toBe(fault);
  const throttled = nthAppend(3);
  const answer = await call(world, (each) => isOf('replays', 'save')(each) || throttled(each));
  expect(answer).toMatchObject({ action: 'wait', backoffMs: MIN_BACKOFF_MS });
});

test('given a call that came further before it was throttled, then the next wait is a short one; if it could not save that, a longer one', async () => {
  const world = await tenAtOnce();
  const state = { ...STATE, backoffMs: 32_000 };
  expect(waitsOf(await call(world, nthAppend(3), state))).toBe(MIN_BACKOFF_MS);
  const fails = nthAppend(3);
  const unsaved = await call(world, (each) => isOf('replays', 'save')(each) || fails(each), state);
  expect(waitsOf(unsaved)).toBe(MAX_BACKOFF_MS);
});

test('given a throttled call that is the last of its execution, then the next execution starts without the wait', async () => {
  const world = await tenAtOnce();
  const state = { ...STATE, iteration: MAX_ITERATIONS - 1, backoffMs: 32_000 };
  for (const fails of [isOf('lanes', 'append'), isOf('replays', 'get')]) {
    const answer = await call(world, fails, state);
    expect(answer).toMatchObject({ action: 'continueAsNew', generation: 2, iteration: 0 });
    expect(answer).not.toHaveProperty('backoffMs');
  }
});

test('R1: given no time for the rest of a batch, then its beginning is saved and the next call goes on at once', async () => {
  const world = await tenAtOnce();
  let left = 4;
  const hook = { before: ({ port }: PortCall) => void (port === 'lanes' && left--) };
  const remainingMs = () => (left > 0 ? 300_000 : 5_000);
  const answer = await sequence(STATE, world.sequenceDeps({ hook, remainingMs }));
  expect(answer).toMatchObject({ action: 'continue' });
  expect(rowOf(world).checkpoint).toMatchObject({ released: 4 });
});

test('R7: given one throw in a thousand appends, then a large replay is done, each call further than the one before', async () => {
  const count = 20_000;
  const seconds = [...Array(count).keys()];
  const world = await worldWithReplay(releasingRow(seconds, { speed: 'max' }), seconds, {
    recordCalls: false,
    settings: { groupCount: 1 },
  });
  let appends = 0;
  let state = STATE;
  let answer: SequenceAnswer;
  const reached: number[] = [];
  for (;;) {
    answer = await call(world, (each) => isOf('lanes', 'append')(each) && ++appends % 1_000 === 999, state);
    reached.push(rowOf(world).checkpoint?.released ?? 0);
    if (answer.action === 'done') break;
    expect(answer).toMatchObject({ action: 'wait', backoffMs: MIN_BACKOFF_MS });
    state = answer as SequencerState;
  }
  expect(answer).toMatchObject({ report: { phase: 'DONE', released: count } });
  expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b));
  expect(reached.length).toBe(21);
  // Nothing that was appended is appended again, but for the one that failed.
  expect(appends).toBeLessThanOrEqual(count + reached.length);
});

test.each([
  { ms: 3_000, refused: 0 },
  { ms: 1_000, refused: 0.05 },
])(
  'R7: given 64 buckets, pages that take $ms ms and $refused of them refused, then every call ends before its deadline, each further than the one before',
  async ({ ms, refused }) => {
    const seconds = [...Array(2_000).keys()];
    const world = await worldWithReplay(releasingRow(seconds, { speed: 'max' }), seconds, {
      recordCalls: false,
      settings: { buckets: 64 },
    });
    let reads = 0;
    let round: Promise<void> | undefined;
    /** What is asked for side by side takes as long as one. */
    const takesTime = () => {
      if (round) return round;
      world.clock.advance(ms);
      round = new Promise((resolve) => {
        setImmediate(() => {
          round = undefined;
          resolve();
        });
      });
      return round;
    };
    const before = async (each: PortCall) => {
      if (!isOf('buffer', 'read')(each)) return;
      await takesTime();
      if (refused > 0 && ++reads % Math.round(1 / refused) === 0) throw THROTTLED;
    };
    let state = STATE;
    let reached = -1;
    for (let calls = 0; calls < 100; calls++) {
      const deadlineMs = world.clock.now() + 300_000;
      const answer = await sequence(state, world.sequenceDeps({ hook: { before } }));
      expect(world.clock.now()).toBeLessThan(deadlineMs);
      if (answer.action === 'done') return;
      const now = rowOf(world).checkpoint?.released ?? 0;
      expect(now).toBeGreaterThan(reached);
      reached = now;
      state = answer as SequencerState;
    }
    throw new Error('It was never done.');
  },
);
