import { sfnSequencerExecutions } from '../../src/aws/sequencer-executions';
import type { SequencerStatus } from '../../src/core/ports';
import { type AwsStub, startAwsStub } from './aws-stub';

const MACHINE_ARN = 'arn:aws:states:us-east-1:111111111111:stateMachine:sequence';
const INPUT = { replay: 'orders-2026.11', generation: 4 };

describe('the executions of Step Functions', () => {
  let stub: AwsStub;
  beforeAll(async () => {
    stub = await startAwsStub();
  });
  afterAll(() => stub.close());
  const status = () =>
    sfnSequencerExecutions({ client: stub.clients.sfn, stateMachineArn: MACHINE_ARN }).status(INPUT);

  test.each<[string, SequencerStatus]>([
    ['RUNNING', 'running'],
    ['PENDING_REDRIVE', 'running'],
    ['SUCCEEDED', 'ended'],
    ['FAILED', 'ended'],
    ['TIMED_OUT', 'ended'],
    ['ABORTED', 'aborted'],
  ])('given an execution that is %s, then it is %s', async (told, expected) => {
    stub.next({ body: { status: told, executionArn: 'arn', stateMachineArn: MACHINE_ARN, startDate: 0 } });
    expect(await status()).toBe(expected);
    expect(stub.requests.at(-1)).toMatchObject({
      target: 'AWSStepFunctions.DescribeExecution',
      input: { executionArn: 'arn:aws:states:us-east-1:111111111111:execution:sequence:orders-2026.11.4' },
    });
  });

  test('given a name that no execution has, then nothing is known of it; another refusal is an error', async () => {
    const refused = (type: string) => ({ status: 400, body: { __type: type, message: 'no' } });
    stub.next(refused('com.amazonaws.swf.service.v2.model#ExecutionDoesNotExist'));
    expect(await status()).toBeUndefined();
    stub.next(refused('com.amazonaws.swf.service.v2.model#InvalidArn'));
    await expect(status()).rejects.toMatchObject({ name: 'InvalidArn' });
  });
});
