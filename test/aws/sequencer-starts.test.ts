import { sfnSequencerStarts } from '../../src/aws/sequencer-starts';
import { memorySequencerStarts } from '../fakes/sequencer-starts';
import { type AwsStub, type StubAnswer, type StubRequest, startAwsStub, THROTTLED } from './aws-stub';
import { sequencerStartsSuite } from './sequencer-starts.suite';

const MACHINE_ARN = 'arn:aws:states:us-east-1:111111111111:stateMachine:sequence';

describe('the sequencer starts in memory', () => {
  sequencerStartsSuite(async () => {
    const starts = memorySequencerStarts();
    return {
      starts,
      running: () => starts.running.map(({ replay, generation }) => `${replay}.${generation}`),
      end: (input) => starts.end(input),
      close: async () => undefined,
    };
  });
});

describe('the sequencer starts of Step Functions', () => {
  let stub: AwsStub;
  let executions: ReturnType<typeof recordedExecutions>;
  const startsOn = ({ clients }: AwsStub) =>
    sfnSequencerStarts({ client: clients.sfn, stateMachineArn: MACHINE_ARN });

  sequencerStartsSuite(async () => {
    stub = await startAwsStub();
    executions = recordedExecutions();
    stub.answer = executions.answer;
    return {
      starts: startsOn(stub),
      running: () => [...executions.running.keys()],
      end: ({ replay, generation }) => executions.end(`${replay}.${generation}`),
      close: () => stub.close(),
    };
  });

  test('name and input say replay and generation and nothing else', async () => {
    await startsOn(stub).start({ replay: 'orders-2026.11', generation: 4 });
    expect(stub.requests.at(-1)).toMatchObject({
      target: 'AWSStepFunctions.StartExecution',
      input: {
        stateMachineArn: MACHINE_ARN,
        name: 'orders-2026.11.4',
        input: '{"replay":"orders-2026.11","generation":4}',
      },
    });
  });

  test('given a throttled request, then it is made again', async () => {
    stub.next(THROTTLED);
    expect(await startsOn(stub).start({ replay: 'throttled', generation: 1 })).toBe('started');
  });

  test('an error of another kind is not taken for an execution that has ended', async () => {
    stub.next(refusal('StateMachineDoesNotExist', `State Machine Does Not Exist: '${MACHINE_ARN}'`));
    const start = startsOn(stub).start({ replay: 'homeless', generation: 1 });
    await expect(start).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

/** StartExecution of a Standard state machine, as recorded on AWS: idempotent by name and input while it runs. */
function recordedExecutions() {
  const running = new Map<string, string>();
  const ended = new Set<string>();
  return {
    running,
    end(name: string): void {
      running.delete(name);
      ended.add(name);
    },
    answer({ input: { name, input } }: StubRequest): StubAnswer {
      const executionArn = `arn:aws:states:us-east-1:111111111111:execution:sequence:${name}`;
      if (String(name).length > 80) return refusal('InvalidName', `Invalid Name: '${name}'`);
      if (ended.has(String(name)) || (running.get(String(name)) ?? input) !== input) {
        return refusal('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
      }
      running.set(String(name), String(input));
      return { body: { executionArn, startDate: 1_763_640_000.123 } };
    },
  };
}

function refusal(type: string, message: string): StubAnswer {
  return { status: 400, body: { __type: `com.amazonaws.swf.service.v2.model#${type}`, message } };
}
