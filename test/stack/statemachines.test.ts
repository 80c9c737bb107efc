import validate from 'asl-validator';
import { clientConfig, HURRIED } from '../../src/aws/clients';
import { ERROR_CODES, OrderedReplayError } from '../../src/core/errors';
import { COLLECT_PATIENCE_MS, MAX_ITERATIONS, MAX_START_ATTEMPTS } from '../../src/core/limits';
import { DEFAULT_SETTINGS } from '../../src/core/settings';
import { DEFINITIONS, retriesOf, stateOf, successorsOf, worstEventsOf, worstSecondsOf } from './definitions';

const { collect, sequence } = DEFINITIONS;
const collectParameters = stateOf(collect, 'Collect').Parameters ?? {};

test.each(Object.entries(DEFINITIONS))('the definition of %s is valid', (_name, definition) => {
  // The validator adds defaults to what it is given; and it wants ARNs where the stack has placeholders.
  const deployed = JSON.stringify(definition)
    .replace(/\$\{(\w+)FunctionArn\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1')
    .replace(/\$\{(SendMessage|StartExecution)\}/g, 'arn:aws:states:::$1');
  expect(validate(JSON.parse(deployed)).errorsText()).toBe('');
});

describe('collect', () => {
  test('R1: parks an event before its time is up, even if every attempt and every delay takes as long as it may', () => {
    const worstSeconds =
      worstSecondsOf(stateOf(collect, 'Collect')) + worstSecondsOf(stateOf(collect, 'Park'));
    // A second for the steps between the states. No longer: the seal waits for it.
    expect(worstSeconds + 1).toBe(collect.TimeoutSeconds);
  });

  test('R1: whatever goes wrong leads to Park, which only an event leaves again that is too large for it', () => {
    const { Catch } = stateOf(collect, 'Collect');
    // States.ALL does not catch the first: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    expect(Catch).toEqual([
      { ErrorEquals: ['States.DataLimitExceeded'], Next: 'Park' },
      { ErrorEquals: ['States.ALL'], Next: 'Park' },
    ]);
    expect(successorsOf(stateOf(collect, 'Park'))).toEqual(['CollectAsItIs']);
    expect(retriesOf(stateOf(collect, 'Park'))).toBeGreaterThanOrEqual(2);
  });

  test('R1: what is too large for Park is so at once, and has time for all its attempts', () => {
    const worstSeconds = worstSecondsOf(stateOf(collect, 'CollectAsItIs'));
    expect(worstSeconds + 1).toBeLessThanOrEqual(collect.TimeoutSeconds as number);
    const textFits = { QueueUrl: collectParameters.otherwise, 'MessageBody.$': '$$.Execution.Input' };
    expect(stateOf(collect, 'Park').Parameters).toEqual(textFits);
  });

  test('hands its function the event as text, which keeps its numbers', () => {
    expect(collectParameters['event.$']).toBe('States.JsonToString($)');
  });

  test('takes no longer than the sequencer waits for it', () => {
    expect((collect.TimeoutSeconds as number) * 1_000).toBe(DEFAULT_SETTINGS.collectExecutionMs);
  });

  test('its function gives up before the state does, which leaves it time to start, and has time for a second attempt', () => {
    const stateMs = (stateOf(collect, 'Collect').TimeoutSeconds as number) * 1_000;
    expect(COLLECT_PATIENCE_MS).toBeLessThanOrEqual(stateMs - 500);
    expect(2 * clientConfig(HURRIED).requestHandler.requestTimeout).toBeLessThan(COLLECT_PATIENCE_MS);
  });

  test('its function has two seconds more than the state waits for, which the side road can use', () => {
    const stateMs = (stateOf(collect, 'Collect').TimeoutSeconds as number) * 1_000;
    expect(DEFAULT_SETTINGS.collectTimeoutMs).toBe(stateMs + 2_000);
  });

  test('does not retry the errors that can never succeed', () => {
    const [first] = stateOf(collect, 'Collect').Retry ?? [];
    const parked = ERROR_CODES.filter(
      (code) => new OrderedReplayError(code, '', { remedy: '' }).disposition === 'park',
    );
    expect(first).toEqual({ ErrorEquals: [...parked, 'States.DataLimitExceeded'], MaxAttempts: 0 });
    expect(stateOf(collect, 'CollectAsItIs').Retry?.[0]).toEqual({ ErrorEquals: parked, MaxAttempts: 0 });
  });
});

describe('sequence', () => {
  test('a loop is forward, choose, wait', () => {
    expect(sequence.StartAt).toBe('ForwardDueEvents');
    expect(stateOf(sequence, 'ForwardDueEvents').Next).toBe('NextAction');
    expect(successorsOf(stateOf(sequence, 'NextAction'))).toContain('WaitForNextEvent');
    expect(successorsOf(stateOf(sequence, 'WaitForNextEvent'))).toEqual(['ForwardDueEvents']);
  });

  test('continues as new before its history is full', () => {
    const loop = ['ForwardDueEvents', 'NextAction', 'WaitForNextEvent'];
    const tries = ['ContinueAsNew', 'NameIsUsedUp', 'NameOneFurther'];
    const worstOf = (names: string[]) =>
      names.reduce((sum, name) => sum + worstEventsOf(stateOf(sequence, name)), 0);
    const startAndEnd = 2;
    const once = Object.keys(sequence.States).filter((name) => ![...loop, ...tries].includes(name));
    const atTheEnd = worstOf(once) + MAX_START_ATTEMPTS * worstOf(tries) + startAndEnd;
    // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    expect(MAX_ITERATIONS * worstOf(loop) + atTheEnd).toBeLessThan(25_000);
  });

  test('every state can be reached', () => {
    const reached = new Set([sequence.StartAt]);
    for (const name of reached) for (const next of successorsOf(stateOf(sequence, name))) reached.add(next);
    expect([...reached].sort()).toEqual(Object.keys(sequence.States).sort());
  });

  test('knows every answer of the function sequence, and fails at one that it does not know, or that has no action', () => {
    const { Choices = [] } = stateOf(sequence, 'NextAction');
    const [first, ...others] = Choices;
    expect(first).toEqual({ Not: { Variable: '$.action', IsPresent: true }, Next: 'UnknownAction' });
    expect(Object.fromEntries(others.map(({ StringEquals, Next }) => [StringEquals, Next]))).toEqual({
      wait: 'WaitForNextEvent',
      continue: 'ForwardDueEvents',
      continueAsNew: 'NameNext',
      done: 'Done',
      fail: 'Fail',
    });
    expect(stateOf(sequence, 'NextAction')).toMatchObject({ Default: 'UnknownAction' });
  });

  test('R7: a call that is throttled has retries of its own, and the last of them goes on without the function', () => {
    const { Retry = [], Catch = [] } = stateOf(sequence, 'ForwardDueEvents');
    const throttled = ['Lambda.TooManyRequestsException'];
    expect(Retry.find(({ ErrorEquals }) => ErrorEquals.includes(throttled[0] as string))).toMatchObject({
      ErrorEquals: throttled,
      MaxDelaySeconds: 60,
    });
    expect(Catch[0]).toEqual({ ErrorEquals: throttled, Next: 'Refused' });
  });

  test('R7: given a name that is used up, then it is not tried again but left for the next one', () => {
    const { Retry = [], Catch = [] } = stateOf(sequence, 'ContinueAsNew');
    const exists = ['StepFunctions.ExecutionAlreadyExistsException', 'StepFunctions.ExecutionAlreadyExists'];
    expect(Retry[0]).toEqual({ ErrorEquals: exists, MaxAttempts: 0 });
    expect(Catch[0]).toEqual({ ErrorEquals: exists, ResultPath: '$.usedUp', Next: 'NameIsUsedUp' });
  });

  test('tries as many names as collect does', () => {
    const { Choices } = stateOf(sequence, 'NameIsUsedUp');
    expect(Choices).toMatchObject([{ Variable: '$.namesTried', NumericLessThan: MAX_START_ATTEMPTS }]);
  });

  test('starts the next generation under the name and with the input that collect would use', () => {
    const { Parameters } = stateOf(sequence, 'ContinueAsNew');
    expect(Parameters).toMatchObject({ 'Name.$': "States.Format('{}.{}', $.replay, $.generation)" });
    // The order of the keys counts too: StartExecution compares inputs, perhaps as text.
    expect(JSON.stringify(Parameters?.Input)).toBe('{"replay.$":"$.replay","generation.$":"$.generation"}');
  });

  test('no failure that was caught depends on a Cause', () => {
    const caught = Object.values(sequence.States).flatMap(({ Catch = [] }) => Catch.map(({ Next }) => Next));
    expect(new Set(caught)).toEqual(new Set(['Refused', 'NameIsUsedUp', 'Explain']));
    for (const name of ['ExplainError', 'ExplainEngineError']) {
      expect(stateOf(sequence, name).Parameters).toMatchObject({ 'Cause.$': 'States.JsonToString($)' });
    }
  });

  test('fails with no name that only Step Functions may give', () => {
    const names = Object.values(sequence.States).flatMap(({ Type, Error: ofFail, Parameters }) =>
      Type === 'Fail' ? [ofFail] : [Parameters?.Error],
    );
    const given = names.filter((name) => name !== undefined);
    expect(given.sort()).toEqual(['EngineError', 'SequencerNotStarted', 'UnknownAction']);
    expect(stateOf(sequence, 'Explain')).toMatchObject({
      Choices: [{ Variable: '$.Error', StringMatches: 'States.*', Next: 'ExplainEngineError' }],
      Default: 'ExplainError',
    });
  });
});
