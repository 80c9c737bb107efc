import { LocalStateMachine, type MachineOptions } from '../../src/local/state-machine';
import { stepFunctionsService } from '../../src/local/state-machine-service';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';
const TASK = {
  StartAt: 'Work',
  States: { Work: { Type: 'Task', Resource: 'arn:work', End: true } },
} as const;
const WAIT = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3_600, End: true } } } as const;

/** A machine whose one task ends when the test says so. */
function machineOf(options: Partial<MachineOptions> = {}) {
  const working: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  const machine = new LocalStateMachine(
    { arn: ARN, type: 'STANDARD', definition: TASK, ...options },
    () => new Promise((resolve, reject) => working.push({ resolve, reject })),
  );
  const finish = async (value: unknown = null) => {
    for (const { resolve } of working.splice(0)) resolve(value);
    await machine.idle();
  };
  return { machine, working, finish };
}

describe('starting by name', () => {
  test('R7: the same name and input while it runs is the same start', async () => {
    const { machine, finish } = machineOf();
    const first = machine.start('r.1', '{"a":1}');
    expect(machine.start('r.1', '{"a":1}')).toEqual(first);
    expect(machine.executions.size).toBe(1);
    await finish();
  });

  test('the same name with another input is refused', async () => {
    const { machine, finish } = machineOf();
    machine.start('r.1', '{"a":1}');
    expect(() => machine.start('r.1', '{"a":2}')).toThrow(
      expect.objectContaining({ name: 'ExecutionAlreadyExists' }),
    );
    await finish();
  });

  test('the same name after its end is refused, with the same input too', async () => {
    const { machine, finish } = machineOf();
    machine.start('r.1', '{}');
    await finish();
    expect(() => machine.start('r.1', '{}')).toThrow(
      expect.objectContaining({ name: 'ExecutionAlreadyExists' }),
    );
  });

  test.each(['', 'a b', 'a#b', 'a/b', 'x'.repeat(81), 'a\nb'])('the name %j is refused', (name) => {
    expect(() => machineOf().machine.start(name, '{}')).toThrow(
      expect.objectContaining({ name: 'InvalidName' }),
    );
  });

  test('input that is not JSON is refused, and nothing is started', () => {
    const { machine } = machineOf();
    expect(() => machine.start('r.1', '{')).toThrow(
      expect.objectContaining({ name: 'InvalidExecutionInput' }),
    );
    expect(machine.executions.size).toBe(0);
  });
});

test('one execution more than the limit is throttled, until another has ended', async () => {
  const { machine, finish } = machineOf({ type: 'EXPRESS', maxConcurrency: 2 });
  machine.start('1', '{}');
  machine.start('2', '{}');
  expect(machine.isFull).toBe(true);
  expect(() => machine.start('3', '{}')).toThrow(expect.objectContaining({ name: 'ThrottlingException' }));
  await finish();
  expect(machine.isFull).toBe(false);
  machine.start('3', '{}');
  await finish();
});

test('an execution that runs out of time says so and is counted', async () => {
  const { machine, finish } = machineOf({ timeoutMs: 20 });
  const { executionArn } = machine.start('slow', '{}');
  await machine.idle();
  expect(machine.executions.get(executionArn)).toMatchObject({
    status: 'TIMED_OUT',
    error: 'States.Timeout',
  });
  expect(machine.failures).toBe(1);
  await finish();
});

test('stopping ends executions that wait, and starts no more', async () => {
  const { machine } = machineOf({ definition: WAIT });
  const { executionArn } = machine.start('waiting', '{}');
  await machine.stop();
  expect(machine.executions.get(executionArn)).toMatchObject({ status: 'ABORTED' });
  expect(() => machine.start('other', '{}')).toThrow(
    expect.objectContaining({ name: 'ThrottlingException' }),
  );
});

test('stopping waits for the task in flight', async () => {
  const { machine, working } = machineOf();
  machine.start('busy', '{}');
  let stopped = false;
  const stopping = machine.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  for (const { resolve } of working) resolve(null);
  await stopping;
});

describe('the service', () => {
  test('shows executions with input, output and failure', async () => {
    const { machine, working, finish } = machineOf();
    const { operations } = stepFunctionsService(new Map([[ARN, machine]]));
    const call = (name: string, input: Record<string, unknown>) =>
      operations[name]?.(input) as Record<string, unknown>;
    const good = call('StartExecution', {
      stateMachineArn: ARN,
      name: 'good',
      input: '{"a":1}',
    }).executionArn;
    await finish({ b: 2 });
    const bad = call('StartExecution', { stateMachineArn: ARN, name: 'bad' }).executionArn;
    working[0]?.reject(Object.assign(new Error('why'), { name: 'Reason' }));
    await machine.idle();
    expect(call('DescribeExecution', { executionArn: good })).toMatchObject({
      status: 'SUCCEEDED',
      input: '{"a":1}',
      output: '{"b":2}',
    });
    expect(call('DescribeExecution', { executionArn: bad })).toMatchObject({
      status: 'FAILED',
      error: 'Reason',
      cause: 'why',
    });
    expect(call('ListExecutions', { stateMachineArn: ARN }).executions).toMatchObject([
      { name: 'good' },
      { name: 'bad' },
    ]);
    expect(() => call('DescribeExecution', { executionArn: 'none' })).toThrow(
      expect.objectContaining({ name: 'ExecutionDoesNotExist' }),
    );
    expect(() => call('StartExecution', { stateMachineArn: 'none' })).toThrow(
      expect.objectContaining({ name: 'StateMachineDoesNotExist' }),
    );
  });

  test('lists no Express executions, as AWS does not', () => {
    const { machine } = machineOf({ type: 'EXPRESS' });
    const { operations } = stepFunctionsService(new Map([[ARN, machine]]));
    expect(() => operations.ListExecutions?.({ stateMachineArn: ARN })).toThrow(
      expect.objectContaining({ name: 'StateMachineTypeNotSupported' }),
    );
  });
});
