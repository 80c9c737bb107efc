import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { deflatedTexts } from '../../src/aws/deflated';
import { MAX_ITERATIONS } from '../../src/core/limits';
import { readDefinition } from '../../src/local/definitions';
import { LOCAL } from '../../src/local/resource-names';
import { LocalStateMachine } from '../../src/local/state-machine';
import { eventOf, START, type Stage, startStage, throwing } from './stage';

/** The longest of these tests has taken six seconds on a busy machine, more than Jest allows by default. */
jest.setTimeout(30_000);

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
    expect((releaseStartedAtMs ?? 0) - (sealedAtMs ?? 0)).toBeGreaterThanOrEqual(5_000 + 2_000);
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
    'R7: given the name of the next generation is used up (%s), then the one after it is started, without a retry',
    async (error) => {
      stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }), done);
      stage.fail(START, throwing(error));
      expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
      expect(stage.callsOf(START).map(({ input }) => input)).toMatchObject([
        { Name: 'r.2', Input: { replay: 'r', generation: 2 } },
        { Name: 'r.3', Input: { replay: 'r', generation: 3 } },
      ]);
      expect([...stage.sequence.executions.values()].map(({ name, input }) => ({ name, input }))).toEqual([
        { name: 'r.1', input: '{"replay":"r","generation":1}' },
        { name: 'r.3', input: '{"replay":"r","generation":3}' },
      ]);
    },
  );

  test('the integration itself reports a name that is used up under that error', async () => {
    stage.fail(SEQUENCE, done);
    await stage.sequenced('r.2', { replay: 'r', generation: 2 });
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }), done);
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(START)).toHaveLength(2);
    expect([...stage.sequence.executions.values()].map(({ name }) => name)).toEqual(['r.2', 'r.1', 'r.3']);
  });

  test('R7: given the fifth name is free, then it is taken; given it is not, then the execution fails and says what to do', async () => {
    const usedUp = throwing('StepFunctions.ExecutionAlreadyExistsException');
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 2 }), done);
    stage.fail(START, usedUp, usedUp, usedUp, usedUp);
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect([...stage.sequence.executions.values()].map(({ name }) => name)).toEqual(['r.1', 'r.6']);
    stage.fail(SEQUENCE, () => ({ ...state, action: 'continueAsNew', generation: 12 }));
    stage.fail(START, usedUp, usedUp, usedUp, usedUp, usedUp);
    const execution = await stage.sequenced('r.11', { replay: 'r', generation: 11 });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'SequencerNotStarted' });
    expect(execution.cause).toContain('Start a later generation by hand');
    expect(stage.callsOf(START)).toHaveLength(10);
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
    expect(JSON.parse(execution.cause ?? '')).toEqual({
      Error: 'StepFunctions.AccessDenied',
      Cause: 'no "right"',
    });
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

  test.each([
    [{ ...state, action: 'dance' }],
    [{ ...state, action: 7 }],
    [{ ...state, action: null }],
    [state],
    [{}],
    [[]],
    ['done'],
    [1],
    [true],
    [null],
  ])(
    'given the answer %j, which the definition does not know, then it is a failure with a name',
    async (answer) => {
      stage.fail(SEQUENCE, () => answer);
      const execution = await stage.sequenced('r.1', START_OF_R);
      expect(execution).toMatchObject({ status: 'FAILED', error: 'UnknownAction' });
      expect(execution.cause).toContain('start the next generation by hand');
    },
  );
});

describe('a handler that throws', () => {
  const times = (count: number, error: string, message?: string) =>
    Array.from({ length: count }, () => throwing(error, message));
  const THROTTLED = 'Lambda.TooManyRequestsException';
  const done = () => ({ action: 'done', report: {} });

  test('is called again, as often as it takes up to twelve times', async () => {
    stage.fail(SEQUENCE, ...times(12, 'Sandbox.Timedout'), done);
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(SEQUENCE)).toHaveLength(13);
  });

  test('given it never stops, then the execution fails with its name and a cause', async () => {
    stage.fail(SEQUENCE, ...times(13, 'Sandbox.Timedout', 'Task\n"timed out"'));
    const execution = await stage.sequenced('r.1', START_OF_R);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
    expect(JSON.parse(execution.cause ?? '')).toEqual({
      Error: 'Sandbox.Timedout',
      Cause: 'Task\n"timed out"',
    });
  });

  test('R7: given calls that are throttled, then they use up no retries of those that fail', async () => {
    stage.fail(SEQUENCE, ...times(12, THROTTLED), ...times(12, 'Sandbox.Timedout'), done);
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.callsOf(SEQUENCE)).toHaveLength(25);
  });

  test('R7: given calls that are throttled for as long as 45 tries take, then generations follow one another, and one of them does the work', async () => {
    stage.fail(SEQUENCE, ...times(45, THROTTLED), done);
    expect(await stage.sequenced('r.1', { ...START_OF_R, iteration: 7 })).toMatchObject({
      status: 'SUCCEEDED',
    });
    const executions = [...stage.sequence.executions.values()];
    expect(executions.map(({ name, input, status }) => ({ name, input, status }))).toEqual([
      { name: 'r.1', input: '{"replay":"r","generation":1,"iteration":7}', status: 'SUCCEEDED' },
      { name: 'r.2', input: '{"replay":"r","generation":2}', status: 'SUCCEEDED' },
      { name: 'r.3', input: '{"replay":"r","generation":3}', status: 'SUCCEEDED' },
      { name: 'r.4', input: '{"replay":"r","generation":4}', status: 'SUCCEEDED' },
    ]);
    expect(stage.callsOf(SEQUENCE)).toHaveLength(46);
  });

  test('R7: given the next name is used up too while calls are throttled, then the one after it goes on', async () => {
    stage.fail(SEQUENCE, done);
    await stage.sequenced('r.2', { replay: 'r', generation: 2 });
    stage.fail(SEQUENCE, ...times(13, THROTTLED), done);
    expect(await stage.sequenced('r.1', START_OF_R)).toMatchObject({ status: 'SUCCEEDED' });
    expect([...stage.sequence.executions.values()].map(({ name }) => name)).toEqual(['r.2', 'r.1', 'r.3']);
  });

  test.each([
    ['"x"'],
    ['null'],
    ['[]'],
    ['{"replay":"r"}'],
    ['{"generation":1}'],
    ['{"replay":"r","generation":"1"}'],
  ])(
    'given throttling and an input as odd as %s, then the execution fails under that error',
    async (input) => {
      stage.fail(SEQUENCE, ...times(13, THROTTLED, 'Rate exceeded'));
      const execution = await stage.sequenced('odd', JSON.parse(input));
      expect(execution).toMatchObject({ status: 'FAILED', error: THROTTLED });
      expect(execution.cause).toContain('Rate exceeded');
      expect(stage.callsOf(START)).toEqual([]);
    },
  );

  test.each(['States.TaskFailed', 'States.Timeout'])(
    'given it ends in %s, which only Step Functions may say, then the execution fails as EngineError with that as its cause',
    async (error) => {
      stage.fail(SEQUENCE, ...times(13, error, 'so it is'));
      const execution = await stage.sequenced('r.1', START_OF_R);
      expect(execution).toMatchObject({ status: 'FAILED', error: 'EngineError' });
      expect(JSON.parse(execution.cause ?? '')).toEqual({ Error: error, Cause: 'so it is' });
    },
  );

  test('given a task that does not answer, when its time is up, then the execution fails as EngineError, by a real time-out', async () => {
    const definition = await readDefinition('sequence');
    const { ForwardDueEvents } = definition.States;
    const hurried = {
      ...definition,
      States: {
        ...definition.States,
        ForwardDueEvents: { ...ForwardDueEvents, TimeoutSeconds: 0.02, Retry: [] },
      },
    } as typeof definition;
    const machine = new LocalStateMachine(
      { arn: LOCAL.sequenceMachineArn, type: 'STANDARD', definition: hurried },
      () => new Promise(() => {}),
    );
    const { executionArn } = machine.start('r.1', JSON.stringify(START_OF_R));
    await machine.idle();
    const { status, error, cause = '' } = machine.executions.get(executionArn) ?? {};
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'EngineError' });
    expect(JSON.parse(cause)).toMatchObject({ Error: 'States.Timeout' });
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
