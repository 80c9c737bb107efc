import { type OrderedReplayError, unavailable } from '../../src/core/errors';
import { MINUTE_MS } from '../../src/core/limits';
import type { SequenceAnswer } from '../../src/core/replay/call';
import { sequence } from '../../src/core/replay/sequence';
import { createCommands, type OperatorDeps } from '../../src/operator/commands';
import type { Commands, ReplayCancellation } from '../../src/operator/ports';
import { memoryCommands } from '../fakes/commands';
import type { World } from '../fakes/world';
import { rejectionOf } from '../support/errors';
import { REPLAY } from '../support/events';
import { released, releasingRow, rowOf, worldWithReplay } from '../support/replays';

const SECONDS = [0, 60, 120, 180, 240, 300];

/** A person, and the sequencers that they and the service start. */
async function given(world?: World, changes: Partial<OperatorDeps> = {}) {
  const own = world ?? (await worldWithReplay(releasingRow(SECONDS), SECONDS));
  const cancelled: string[] = [];
  const cancellation: ReplayCancellation = {
    async cancel(replay) {
      if (cancelled.includes(replay)) return 'over';
      cancelled.push(replay);
      return replay === 'unknown' ? 'unknown' : 'cancelled';
    },
  };
  const { clock, replays, buffer, starts } = own;
  const commands = memoryCommands(replays);
  const person = createCommands({ clock, replays, buffer, starts, commands, cancellation, ...changes });
  /** One call of the sequencer that the row names, or that was started; at its time. */
  async function goOn(generation = rowOf(own).generation): Promise<SequenceAnswer> {
    return sequence({ replay: REPLAY, generation }, own.sequenceDeps());
  }
  return { world: own, person, cancelled, goOn, commands };
}

test('given a release that sleeps, then a pause starts the next sequencer, which pauses it; resume goes on where the wait was', async () => {
  const { world, person, goOn } = await given();
  const startMs = world.clock.now();
  expect(await goOn()).toMatchObject({ action: 'wait' });
  world.clock.set(startMs + 20_000);
  const asked = await person.pause(REPLAY);
  expect(asked).toMatchObject({ run: REPLAY, askedAtMs: startMs + 20_000, started: 2 });
  expect(await goOn(2)).toMatchObject({ action: 'wait', resumeAt: iso(startMs + 20_000 + 5 * MINUTE_MS) });
  expect(rowOf(world)).toMatchObject({
    phase: 'RELEASING',
    reason: expect.stringMatching(/^Paused since 2026-.*Its events are kept until 2026-/),
    plan: { n: 1, taken: { paused: true }, pausedAtMs: startMs + 20_000 },
  });
  world.clock.set(startMs + 100_000);
  expect(await person.resume(REPLAY)).toMatchObject({ started: 3 });
  await goOn(3);
  expect(rowOf(world)).not.toHaveProperty('reason');
  world.clock.set(startMs + 139_999);
  await goOn();
  expect(released(world)).toEqual(['e-0', 'e-60']);
  expect(world.lanes.log).toHaveLength(2);
  expect(world.clock.now()).toBe(startMs + 140_000);
});

test('given a step of two, then two events are released at once, and the run is paused again', async () => {
  const { world, person, goOn } = await given();
  await goOn();
  await person.pause(REPLAY);
  await goOn(2);
  const atMs = world.clock.now();
  await person.step(REPLAY, 2);
  await goOn(3);
  expect(released(world)).toEqual(['e-0', 'e-60', 'e-120']);
  expect(world.clock.now()).toBe(atMs);
  expect(rowOf(world).plan).toMatchObject({ pausedAtMs: atMs });
  await person.resume(REPLAY);
  await goOn(4);
  expect(rowOf(world).checkpoint).toMatchObject({ released: 3, dueAtMs: atMs });
  world.clock.set(atMs + 59_000);
  await goOn();
  expect(world.clock.now()).toBe(atMs + 60_000);
  expect(released(world).at(-1)).toBe('e-180');
});

test('given a step beyond the end, then the run is done; another step says so', async () => {
  const { world, person, goOn } = await given();
  await person.step(REPLAY, 100);
  expect(await goOn()).toMatchObject({ action: 'done' });
  expect(released(world)).toHaveLength(SECONDS.length);
  expect(await rejectionOf(person.step(REPLAY))).toMatchObject({ code: 'RunEnded' });
});

test('given two people who step at once, then one of them is refused, and learns where the run stands', async () => {
  const { world, person } = await given();
  Object.assign(rowOf(world), { command: { paused: true } });
  const steps = await Promise.allSettled([person.step(REPLAY, 1), person.step(REPLAY, 3)]);
  expect(steps.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [lost] = steps.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(lost).toMatchObject({ code: 'StepLost', message: expect.stringContaining('stands after 0 events') });
});

test('given a step that is written and asked for again, since its answer was lost, then nobody says that it was not released', async () => {
  const own = await worldWithReplay(releasingRow(SECONDS), SECONDS);
  const memory = memoryCommands(own.replays);
  const commands: Commands = {
    async write(...asked) {
      await memory.write(...asked);
      return memory.write(...asked);
    },
  };
  const { person } = await given(own, { commands });
  expect(await rejectionOf(person.step(REPLAY, 2))).toMatchObject({
    code: 'StepLost',
    message: expect.stringContaining('or it is yours'),
    remedy: expect.stringContaining('before you step again'),
  });
});

test('given a step that is pending, then another one counts from its end', async () => {
  const { world, person, goOn } = await given();
  await person.step(REPLAY, 2);
  await person.step(REPLAY, 1);
  await goOn();
  expect(released(world)).toEqual(['e-0', 'e-60', 'e-120']);
});

test('given until, then its own events come still and the next one does not; taken away, the run goes on', async () => {
  const { world, person, goOn } = await given();
  await person.speed(REPLAY, { speed: 'max' });
  await person.until(REPLAY, '2026-11-01T00:02:00Z');
  await goOn();
  expect(released(world)).toEqual(['e-0', 'e-60', 'e-120']);
  expect(rowOf(world).plan).toHaveProperty('pausedAtMs');
  await person.until(REPLAY, undefined);
  await goOn(2);
  expect(rowOf(world).phase).toBe('DONE');
});

test('given a cancellation while events arrive, then EventBridge is asked to send no more, and the run ends', async () => {
  const { world, person, cancelled, goOn } = await given(await worldWithReplay({}, [0]));
  world.status.set(REPLAY, { state: 'RUNNING' });
  await person.cancel(REPLAY);
  expect(cancelled).toEqual([REPLAY]);
  expect(await goOn()).toMatchObject({ action: 'done', report: { phase: 'CANCELLED' } });
  expect(await rejectionOf(person.cancel(REPLAY))).toMatchObject({ code: 'RunEnded' });
});

test('given a cancellation of what EventBridge has sent, then it is not asked', async () => {
  const { person, cancelled, goOn } = await given();
  await Promise.all([person.cancel(REPLAY), goOn()]);
  expect(cancelled).toEqual([]);
});

test('given a cancellation that EventBridge did not take, when the run has ended meanwhile, then asked again it is cancelled there', async () => {
  const sent: string[] = [];
  const cancellation: ReplayCancellation = {
    async cancel(replay) {
      sent.push(replay);
      if (sent.length === 1) throw unavailable('EventBridge', new Error('throttled'));
      return 'cancelled';
    },
  };
  const { world, person, goOn } = await given(await worldWithReplay({}, [0]), { cancellation });
  world.status.set(REPLAY, { state: 'RUNNING' });
  expect(await rejectionOf(person.cancel(REPLAY))).toMatchObject({ code: 'ServiceUnavailable' });
  await goOn();
  expect(rowOf(world).phase).toBe('CANCELLED');
  expect(await person.cancel(REPLAY)).toMatchObject({ run: REPLAY, row: { phase: 'CANCELLED' } });
  expect(sent).toHaveLength(2);
});

test('given a replay that failed while EventBridge sends, then it can be cancelled there; a rerun has nothing there', async () => {
  const failed = { phase: 'FAILED', errorCode: 'InvalidOption' } as const;
  const { world, person, cancelled } = await given(await worldWithReplay(failed));
  const again = { ...rowOf(world), replay: `${REPLAY}@2`, phase: 'CANCELLED' };
  world.replays.type(again);
  expect(await person.cancel(REPLAY)).toMatchObject({ run: REPLAY });
  expect(await rejectionOf(person.cancel(`${REPLAY}@2`))).toMatchObject({ code: 'RunEnded' });
  expect(cancelled).toEqual([REPLAY]);
});

test('given a replay of which no event has come, then it is cancelled at EventBridge alone', async () => {
  const { person, cancelled } = await given();
  expect(await person.cancel('other')).not.toHaveProperty('row');
  expect(cancelled).toEqual(['other']);
  expect(await rejectionOf(person.cancel('unknown'))).toMatchObject({ code: 'ReplayNotFound' });
});

test('given a replay of which EventBridge has sent all and no event has come, then nobody says that it is cancelled', async () => {
  const { person } = await given(undefined, { cancellation: { cancel: async () => 'over' } });
  expect(await rejectionOf(person.cancel('other'))).toMatchObject({
    code: 'ReplayNotFound',
    message: expect.stringContaining('sends no more of other'),
    remedy: expect.stringContaining('cancel it again'),
  });
});

test('given a cancellation where no sequencer can be started, then EventBridge is asked to send no more all the same', async () => {
  const { world, person, cancelled, goOn } = await given(await worldWithReplay({}, [0]));
  world.status.set(REPLAY, { state: 'RUNNING' });
  await goOn();
  world.starts.failNext('start');
  expect(await rejectionOf(person.cancel(REPLAY))).toMatchObject({ code: 'SequencerNotStarted' });
  expect(rowOf(world).command).toEqual({ cancelled: true });
  expect(cancelled).toEqual([REPLAY]);
});

test('given a replay that waits for its dead letters, then it can be told to go on without them', async () => {
  const { world, person } = await given(await worldWithReplay({ phase: 'INCOMPLETE' }));
  await person.resume(REPLAY, { withoutDead: true });
  expect(rowOf(world).command).toEqual({ onMissing: 'continue' });
});

test.each([
  ['speed', () => ({ speed: 'fast' }), 'Option speed=fast is not valid'],
  ['idle', () => ({ idle: '5' }), 'Option idle=5 is not valid'],
] as const)('given a %s that cannot be read, then nothing is asked', async (_, terms, message) => {
  const { person, commands } = await given();
  const error = await rejectionOf(person.speed(REPLAY, terms()));
  expect(error).toMatchObject({ code: 'InvalidOption', message: expect.stringContaining(message) });
  expect(commands.calls).toEqual([]);
});

test.each([0, -1, 1.5, Number.NaN, 10_001])(
  'given a step of %d events, then nothing is asked',
  async (events) => {
    const { person, commands } = await given();
    expect(await rejectionOf(person.step(REPLAY, events))).toMatchObject({ code: 'InvalidInput' });
    expect(commands.calls).toEqual([]);
  },
);

test.each([
  ['buckets', 'eight', 'buckets is the text "eight"'],
  ['phase', 'RELEASED', 'phase is the text "RELEASED"'],
  ['checkpoint', { position: 'here' }, 'checkpoint.position is the text "here"'],
])(
  'given a row whose %s cannot be read, then a step says so, and asks nothing',
  async (name, value, message) => {
    const { world, person, commands } = await given();
    Object.assign(rowOf(world), { [name]: value });
    const error = await rejectionOf(person.step(REPLAY));
    expect(error).toMatchObject({ code: 'RowNotReadable', message: expect.stringContaining(message) });
    expect(commands.calls).toEqual([]);
  },
);

test('given a step to the last event that is pending, then another one says that, and not that all are released', async () => {
  const { person } = await given();
  await person.step(REPLAY, SECONDS.length);
  const error = await rejectionOf(person.step(REPLAY));
  expect(error).toMatchObject({
    code: 'RunEnded',
    message: expect.stringMatching(/^After 0 of 6 events.*step/),
  });
});

test('given a replay that is not released yet, then a step is too early', async () => {
  const { person } = await given(await worldWithReplay({}));
  expect(await rejectionOf(person.step(REPLAY))).toMatchObject({ code: 'StepTooEarly' });
});

describe('which sequencer takes it up', () => {
  const AGO = { heartbeatAtMs: -61_000, resumeAtMs: -61_000 };
  test.each<[string, { heartbeatAtMs?: number; resumeAtMs?: number }, number | undefined]>([
    ['one that sleeps for three seconds', { heartbeatAtMs: 0, resumeAtMs: 3_000 }, 2],
    ['one that looks in two', { heartbeatAtMs: 0, resumeAtMs: 2_000 }, undefined],
    ['one that is at work', { heartbeatAtMs: -30_000, resumeAtMs: -30_000 }, undefined],
    ['one that was to look a minute ago', AGO, 2],
    [
      'one of whom a minute has not been heard, and that still sleeps a second',
      { ...AGO, resumeAtMs: 1_000 },
      undefined,
    ],
    ['none that has ever looked', {}, undefined],
  ])('given %s, then this one is started: %#', async (_, times, started) => {
    const { world, person } = await given();
    const nowMs = world.clock.now();
    const shifted = Object.entries(times).map(([name, ms]) => [name, nowMs + ms]);
    Object.assign(rowOf(world), Object.fromEntries(shifted));
    expect((await person.pause(REPLAY)).started).toBe(started);
  });

  test('given names that are used up, then the next one; after five it is told, and the wish stands', async () => {
    const { world, person } = await given();
    await Promise.resolve();
    Object.assign(rowOf(world), { heartbeatAtMs: world.clock.now(), resumeAtMs: world.clock.now() + 60_000 });
    for (const generation of [2, 3]) world.starts.end({ replay: REPLAY, generation });
    expect((await person.pause(REPLAY)).started).toBe(4);
    for (const generation of [4, 5, 6]) world.starts.end({ replay: REPLAY, generation });
    expect(await rejectionOf(person.resume(REPLAY))).toMatchObject({ code: 'SequencerNotStarted' });
    expect(rowOf(world).command).toEqual({});
  });
});

test('given that no sequencer can be started, then it says so, and that the wish stands', async () => {
  const cause = new Error('User is not authorized to perform: states:StartExecution');
  const starts = { start: () => Promise.reject(cause) };
  const { world, person } = await given(undefined, { starts });
  Object.assign(rowOf(world), { heartbeatAtMs: world.clock.now(), resumeAtMs: world.clock.now() + 60_000 });
  const error = await rejectionOf(person.pause(REPLAY));
  expect(error).toMatchObject({ code: 'SequencerNotStarted', cause });
  expect((error as OrderedReplayError).remedy).toContain('What was asked stands in the row');
  expect(rowOf(world).command).toEqual({ paused: true });
});

const iso = (ms: number) => new Date(ms).toISOString();
