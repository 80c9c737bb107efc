import { textOf } from '../../../src/core/errors';
import { LEASE_GRACE_MS, MAX_ITERATIONS } from '../../../src/core/limits';
import type { SequencerState } from '../../../src/core/replay/call';
import type { Phase, RowChanges } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import { rejectionOf } from '../../support/errors';
import { REPLAY } from '../../support/events';
import { released, releasingRow, rowOf, worldWithReplay } from '../../support/replays';

const STATE = { replay: REPLAY, generation: 1 };

test.each([
  undefined,
  null,
  'r',
  [],
  {},
  { replay: '' },
  { replay: 'r' },
  { replay: 'r', generation: '1' },
  { replay: 'r', generation: -1 },
  { replay: 'r', generation: 1, iteration: 0.5 },
])('given the input %j, then it is refused with what is expected', async (state) => {
  const world = await worldWithReplay({});
  const error = await rejectionOf(sequence(state as never, world.sequenceDeps()));
  expect(error).toMatchObject({ code: 'InvalidInput', disposition: 'fail' });
  expect(textOf(error)).toBe(
    'The input of the sequencer names no replay and generation. ' +
      'Expected is {"replay":"<name>","generation":1}, as collect starts it.',
  );
  expect(world.replays.calls.filter(({ method }) => method === 'get')).toEqual([]);
});

test('given a replay without a row, then the answer is to fail', async () => {
  const world = await worldWithReplay({});
  expect(await sequence({ replay: 'other', generation: 1 }, world.sequenceDeps())).toEqual({
    action: 'fail',
    Error: 'ReplayNotFound',
    Cause:
      'There is no row of other. Look at the name. A replay makes its row with its first event: look whether its rule matches. ' +
      'If the row was deleted, start another replay, under a new name.',
  });
});

test.each<[Phase]>([['DONE'], ['CANCELLED']])(
  'given the phase %s, then there is nothing to do, and no write',
  async (phase) => {
    const world = await worldWithReplay({ phase });
    world.replays.calls.length = 0;
    expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'done', report: { phase } });
    expect(world.replays.calls.map(({ method }) => method)).toEqual(['get']);
  },
);

test('given the phase FAILED, then the answer has the code and the reason, as they stand in the row', async () => {
  const world = await worldWithReplay({
    phase: 'FAILED',
    errorCode: 'InvalidOption',
    reason: 'this: that',
  });
  expect(await sequence(STATE, world.sequenceDeps())).toEqual({
    action: 'fail',
    Error: 'InvalidOption',
    Cause: 'this: that',
  });
  delete rowOf(world).errorCode;
  delete rowOf(world).reason;
  expect(await sequence(STATE, world.sequenceDeps())).toEqual({
    action: 'fail',
    Error: 'Unknown',
    Cause: 'No reason is recorded.',
  });
});

test('given a replay that somebody failed by hand, then the answer has their reason whole', async () => {
  const world = await worldWithReplay({ phase: 'FAILED', reason: 'stopped by hand' });
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ Cause: 'stopped by hand' });
});

test('R7: given any step, then the row says when the next one is planned for, and the lease reaches beyond', async () => {
  const world = await worldWithReplay({});
  world.status.set(REPLAY, { state: 'RUNNING' });
  const answer = await sequence(STATE, world.sequenceDeps());
  const resumeAtMs = Date.parse((answer as { resumeAt: string }).resumeAt);
  expect(rowOf(world)).toMatchObject({
    heartbeatAtMs: world.clock.now(),
    resumeAtMs,
    leaseUntilMs: resumeAtMs + LEASE_GRACE_MS,
  });
});

test.each([
  ['DONE', { status: 'COMPLETED' }],
  ['CANCELLED', { status: 'CANCELLED' }],
  ['FAILED', { status: 'FAILED' }],
] as const)('given a replay that ends %s, then the row plans no further look', async (phase, { status }) => {
  const world = await worldWithReplay(phase === 'DONE' ? releasingRow([0]) : {}, [0]);
  rowOf(world).resumeAtMs = world.clock.now() + 1;
  world.status.set(REPLAY, { state: status });
  await sequence(STATE, world.sequenceDeps());
  expect(rowOf(world).phase).toBe(phase);
  expect(rowOf(world).resumeAtMs).toBeUndefined();
});

test('given a take-over, then the row says that the new generation looks at it now', async () => {
  const world = await worldWithReplay({ generation: 1, resumeAtMs: 1 });
  world.status.set(REPLAY, { state: 'RUNNING' });
  const resumed: unknown[] = [];
  const hook = {
    after: ({ method, args }: { method: string; args: readonly unknown[] }) => {
      if (method === 'save') resumed.push((args[1] as RowChanges).resumeAtMs);
    },
  };
  const startMs = world.clock.now();
  await sequence({ ...STATE, generation: 2 }, world.sequenceDeps({ hook }));
  expect(resumed[0]).toBe(startMs);
  expect(resumed.at(-1)).toBe(startMs + world.settings.pollEveryMs);
});

test('given a later generation that has been started, then this one is done without a write', async () => {
  const world = await worldWithReplay({ generation: 2 });
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({
    action: 'done',
    report: { phase: 'COLLECTING' },
  });
  expect(rowOf(world).heartbeatAtMs).toBeUndefined();
});

test('R7: given a later generation that is only named, then this one works on and leaves the lease to that one', async () => {
  const world = await worldWithReplay({ generation: 2, leaseUntilMs: undefined as never });
  world.status.set(REPLAY, { state: 'RUNNING' });
  expect(await sequence(STATE, world.sequenceDeps())).toMatchObject({ action: 'wait', generation: 1 });
  const resumeAtMs = world.clock.now() + world.settings.pollEveryMs;
  expect(rowOf(world)).toMatchObject({ generation: 2, heartbeatAtMs: world.clock.now(), resumeAtMs });
  expect(rowOf(world).leaseUntilMs).toBeUndefined();
});

test('given the last iteration of an execution, then the answer is a new generation that starts at none', async () => {
  const world = await worldWithReplay(releasingRow([0, 60]), [0, 60]);
  const state: SequencerState = { ...STATE, iteration: MAX_ITERATIONS - 2 };
  expect(await sequence(state, world.sequenceDeps())).toMatchObject({
    action: 'wait',
    iteration: MAX_ITERATIONS - 1,
    generation: 1,
  });
  const last = await sequence({ ...STATE, iteration: MAX_ITERATIONS - 1 }, world.sequenceDeps());
  expect(last).toMatchObject({ action: 'continueAsNew', replay: REPLAY, generation: 2, iteration: 0 });
  world.clock.advance(60_000);
  const next = await sequence({ replay: REPLAY, generation: 2 }, world.sequenceDeps());
  expect(next).toMatchObject({ action: 'done', report: { phase: 'DONE', released: 2 } });
  expect(rowOf(world).generation).toBe(2);
});

test('R7: given later generations whose names are used up, when this one continues as new, then under a name that is not', async () => {
  const world = await worldWithReplay(
    { ...releasingRow([0, 60]), generation: 4, leaseUntilMs: undefined as never },
    [0, 60],
  );
  const last = await sequence({ ...STATE, iteration: MAX_ITERATIONS - 1 }, world.sequenceDeps());
  expect(last).toMatchObject({ action: 'continueAsNew' });
  expect((last as { generation: number }).generation).toBeGreaterThanOrEqual(4);
});

test('given a row that changes while a step is taken, then the step is chosen anew', async () => {
  const world = await worldWithReplay({});
  world.status.set(REPLAY, { state: 'CANCELLED' });
  let changed = false;
  const hook = {
    before: ({ method }: { method: string }) => {
      if (changed || method !== 'save') return;
      changed = true;
      Object.assign(rowOf(world), { phase: 'DONE' });
    },
  };
  const answer = await sequence(STATE, world.sequenceDeps({ hook }));
  expect(answer).toMatchObject({ action: 'done', report: { phase: 'DONE' } });
});

test('R7: given a step that was chosen wrongly, then its pause is not slept out, and never beyond the deadline', async () => {
  const world = await worldWithReplay(releasingRow([0, 3_000]), [0, 3_000]);
  let renamed = false;
  const hook = {
    before: ({ method }: { method: string }) => {
      if (renamed || method !== 'save') return;
      renamed = true;
      Object.assign(rowOf(world), { generation: 2 });
    },
  };
  const deps = world.sequenceDeps({ hook });
  await sequence(STATE, deps);
  expect(released(world)).toEqual(['e-0']);
  expect(deps.remainingMs()).toBeGreaterThan(0);
});
