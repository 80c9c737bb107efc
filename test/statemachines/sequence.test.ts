import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { deflatedTexts } from '../../src/aws/deflated';
import { MAX_ITERATIONS } from '../../src/core/limits';
import { LOCAL } from '../../src/local/resource-names';
import { eventOf, START, type Stage, startStage, throwing } from './stage';

const SEQUENCE = LOCAL.sequence.arn;
const START_OF_R = { replay: 'r', generation: 1 };

let stage: Stage;
beforeEach(async () => {
  stage = await startStage();
});
afterEach(() => stage.close());

/** The ids of all events in the stream, in its order. */
function streamed(): string[] {
  return stage.stream
    .read(stage.stream.trimHorizon, 10_000)
    .flatMap(({ dynamodb }) => {
      // As the JSON protocol has it: binary is base64.
      const { B, L = [] } = dynamodb?.NewImage?.events ?? {};
      return deflatedTexts.decode(B ? { B: Buffer.from(B, 'base64') } : { L: L as AttributeValue[] });
    })
    .map((json) => (JSON.parse(json) as { id: string }).id);
}

describe('a whole replay', () => {
  test('R2, R6: from COLLECTING to DONE, in order, after every wait that the settings ask for', async () => {
    const order = [
      '2026-11-01T00:00:01Z',
      '2026-11-01T00:00:01Z',
      '2026-11-01T00:10:00Z',
      '2026-11-01T00:10:01Z',
    ];
    const events = order.map((time, sequence) => eventOf('r', { time, detail: { sequence } }));
    stage.status.set(
      'r',
      { state: 'RUNNING', description: 'speed=10' },
      { state: 'COMPLETED', description: 'speed=10' },
    );
    for (const event of [events[3], events[1], events[0], events[2]]) {
      await stage.collected(event);
    }
    await stage.sequence.idle();
    expect(streamed()).toEqual(events.map(({ id }) => id));
    const row = await stage.replays.get('r');
    expect(row).toMatchObject({ phase: 'DONE', collected: 4, late: 0, dead: 0, checkpoint: { released: 4 } });
    const { completedAtMs, sealedAtMs, releaseStartedAtMs, doneAtMs } = row as Required<
      NonNullable<typeof row>
    >;
    expect((sealedAtMs ?? 0) - (completedAtMs ?? 0)).toBeGreaterThanOrEqual(60_000 + 30_000 + 60_000);
    expect((releaseStartedAtMs ?? 0) - (sealedAtMs ?? 0)).toBeGreaterThanOrEqual(10_000 + 2_000);
    expect((doneAtMs ?? 0) - (releaseStartedAtMs ?? 0)).toBe(60_000);
  });

  test('ends in SUCCEEDED, having waited in Wait states and nowhere long in memory', async () => {
    stage.status.set('r', { description: '' });
    for (const minute of [1, 2, 3])
      await stage.collected(eventOf('r', { time: `2026-11-01T00:0${minute}:00Z` }));
    await stage.sequence.idle();
    const [execution] = [...stage.sequence.executions.values()];
    expect(execution).toMatchObject({ name: 'r.1', status: 'SUCCEEDED' });
    expect(JSON.parse(execution?.output ?? '')).toMatchObject({ action: 'done', report: { replay: 'r' } });
    expect(stage.answers.filter(({ action }) => action === 'wait').length).toBeGreaterThan(4);
    expect(Math.max(...stage.clock.slept)).toBeLessThan(10_000);
  });
});

describe('the answers of the function', () => {
  const state = { ...START_OF_R, iteration: 1, resumeAt: '2026-11-20T12:00:00.000Z' };
  const done = () => ({ action: 'done', report: {} });

  test('wait and continue loop, with the state that the function answered', async () => {
    stage.fail(
      SEQUENCE,
      () => ({ ...state, action: 'wait' }),
      () => ({ ...state, action: 'continue', iteration: 2 }),
      done,
    );
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(SEQUENCE).map(({ input }) => input)).toEqual([
      START_OF_R,
      { ...state, action: 'wait' },
      { ...state, action: 'continue', iteration: 2 },
    ]);
  });

  test('continueAsNew starts the next generation, by name and input what collect would start', async () => {
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', iteration: 0, generation: 2 }), done);
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    const executions = [...stage.sequence.executions.values()];
    expect(executions.map(({ name, input, status }) => ({ name, input, status }))).toEqual([
      { name: 'r.1', input: '{"replay":"r","generation":1}', status: 'SUCCEEDED' },
      { name: 'r.2', input: '{"replay":"r","generation":2}', status: 'SUCCEEDED' },
    ]);
  });

  test('R7: the real function continues as new at its last iteration, and the generation after finishes', async () => {
    stage.status.set('r', { state: 'RUNNING' });
    stage.fail(SEQUENCE, () => ({ ...state, action: 'wait', iteration: MAX_ITERATIONS - 1 }));
    const collecting = stage.collected(eventOf('r'));
    await collecting;
    stage.status.set('r', { state: 'COMPLETED' });
    await stage.sequence.idle();
    expect([...stage.sequence.executions.values()].map(({ name, status }) => [name, status])).toEqual([
      ['r.1', 'SUCCEEDED'],
      ['r.2', 'SUCCEEDED'],
    ]);
    expect(await stage.replays.get('r')).toMatchObject({ phase: 'DONE', generation: 2 });
  });

  test.each(['StepFunctions.ExecutionAlreadyExistsException', 'StepFunctions.ExecutionAlreadyExists'])(
    'given the next generation is there already (%s), then this one is done, without a retry',
    async (error) => {
      stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }));
      stage.fail(START, throwing(error));
      expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
      expect(stage.callsOf(START)).toHaveLength(1);
    },
  );

  test('the integration itself reports a name that is taken under that error', async () => {
    stage.fail(SEQUENCE, done);
    await stage.sequenced('r.2', { replay: 'other', generation: 2 });
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }));
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(START)).toHaveLength(1);
    expect(stage.sequence.executions.size).toBe(2);
  });

  test('given the next generation cannot be started for now, then it is tried again', async () => {
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }), done);
    stage.fail(START, throwing('StepFunctions.ThrottlingException'), throwing('States.Timeout'));
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(START)).toHaveLength(3);
    expect(stage.sequence.executions.size).toBe(2);
  });

  test('given the next generation can never be started, then the execution fails and says why', async () => {
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }));
    stage.fail(
      START,
      ...Array.from({ length: 9 }, () => throwing('StepFunctions.AccessDenied', 'no "right"')),
    );
    const execution = await stage.sequenced('r.1', START_OF_R);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'StepFunctions.AccessDenied' });
    expect(execution.cause).toContain('no ');
    expect(stage.callsOf(START)).toHaveLength(9);
  });

  test('fail ends the execution with its Error and Cause', async () => {
    stage.fail(SEQUENCE, () => ({ action: 'fail', Error: 'ReplayFailed', Cause: 'EventBridge says so.' }));
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({
      status: 'FAILED',
      error: 'ReplayFailed',
      cause: 'EventBridge says so.',
    });
  });

  test('R7: a bad option fails the execution under its code and the row says what is allowed', async () => {
    stage.status.set('r', { description: 'speed=fast' });
    await stage.collected(eventOf('r'));
    await stage.sequence.idle();
    const [execution] = [...stage.sequence.executions.values()];
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidOption' });
    expect(execution?.cause).toContain('Option speed=fast is not valid; allowed is a number above 0');
    expect(await stage.replays.get('r')).toMatchObject({ phase: 'FAILED' });
    expect(streamed()).toEqual([]);
  });

  test('an answer that the definition does not know is a failure with a name', async () => {
    stage.fail(SEQUENCE, () => ({ ...state, action: 'dance' }));
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({
      status: 'FAILED',
      error: 'UnknownAction',
    });
  });
});

describe('a handler that throws', () => {
  test('is called again, as often as it takes up to twelve times', async () => {
    stage.fail(
      SEQUENCE,
      ...Array.from({ length: 12 }, () => throwing('Lambda.TooManyRequestsException')),
      () => ({
        action: 'done',
        report: {},
      }),
    );
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(SEQUENCE)).toHaveLength(13);
  });

  test('given it never stops, then the execution fails with its name and a cause', async () => {
    stage.fail(SEQUENCE, ...Array.from({ length: 13 }, () => throwing('Sandbox.Timedout', 'Task timed out')));
    const execution = await stage.sequenced('r.1', START_OF_R);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
    expect(execution.cause).toContain('Task timed out');
  });

  test.each(['InvalidInput', 'InvalidSettings'])(
    '%s is not retried: the next call would fail too',
    async (name) => {
      stage.fail(SEQUENCE, throwing(name));
      expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'FAILED', error: name });
      expect(stage.callsOf(SEQUENCE)).toHaveLength(1);
    },
  );

  test.each([
    ['{}'],
    ['[]'],
    ['"x"'],
    ['1'],
    ['null'],
    ['true'],
    ['{"replay":"r"}'],
    ['{"replay":7,"generation":1}'],
  ])('an input as odd as %s fails as InvalidInput, never as States.Runtime', async (input) => {
    const execution = await stage.sequenced('odd', JSON.parse(input));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
    expect(execution.cause).toContain('names no replay and generation');
    expect(stage.callsOf(SEQUENCE)).toHaveLength(1);
  });

  test('a replay without a row fails as ReplayNotFound', async () => {
    expect(await stage.sequenced('ghost.1', { replay: 'ghost', generation: 1 })).toMatchObject({
      status: 'FAILED',
      error: 'ReplayNotFound',
    });
  });
});
