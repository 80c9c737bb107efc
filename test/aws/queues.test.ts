import { sqsQueues } from '../../src/aws/queues';
import { memoryQueues } from '../fakes/queues';
import { type AwsStub, startAwsStub, THROTTLED } from './aws-stub';
import { queuesSuite } from './queues.suite';

const OVERFLOW_URL = 'https://sqs.us-east-1.amazonaws.com/111111111111/Overflow';
const DEAD_LETTERS_URL = 'https://sqs.us-east-1.amazonaws.com/111111111111/DeadLetters';

const COUNTS_OF_0 = {
  ApproximateNumberOfMessages: '0',
  ApproximateNumberOfMessagesNotVisible: '0',
  ApproximateNumberOfMessagesDelayed: '0',
};

describe('the queues in memory', () => {
  queuesSuite(async () => {
    const queues = memoryQueues();
    return {
      queues,
      set: (queue, depth) => {
        queues.depths[queue] = depth;
      },
      close: async () => undefined,
    };
  });
});

describe('the queues of SQS', () => {
  let stub: AwsStub;
  const depths = new Map<unknown, number>();
  const queuesOn = ({ clients }: AwsStub) =>
    sqsQueues({ client: clients.sqs, urls: { overflow: OVERFLOW_URL, deadLetters: DEAD_LETTERS_URL } });

  queuesSuite(async () => {
    stub = await startAwsStub();
    stub.answer = ({ input }) => depthAnswer(depths.get(input.QueueUrl) ?? 0);
    return {
      queues: queuesOn(stub),
      set: (queue, depth) => void depths.set(queue === 'overflow' ? OVERFLOW_URL : DEAD_LETTERS_URL, depth),
      close: () => stub.close(),
    };
  });

  test('messages count whether they are visible, in flight or delayed', async () => {
    stub.next({
      body: {
        Attributes: {
          ApproximateNumberOfMessages: '4',
          ApproximateNumberOfMessagesNotVisible: '20',
          ApproximateNumberOfMessagesDelayed: '100',
        },
      },
    });
    expect(await queuesOn(stub).depth('deadLetters')).toBe(124);
    expect(stub.requests.at(-1)).toMatchObject({
      target: 'AmazonSQS.GetQueueAttributes',
      input: {
        QueueUrl: DEAD_LETTERS_URL,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      },
    });
  });

  test('given a throttled request, then it is made again', async () => {
    stub.next(THROTTLED, depthAnswer(7));
    expect(await queuesOn(stub).depth('overflow')).toBe(7);
  });

  test.each([
    ['no attributes', {}],
    ['too few attributes', { Attributes: { ApproximateNumberOfMessages: '0' } }],
    ['a depth that is no count', { Attributes: { ...COUNTS_OF_0, ApproximateNumberOfMessagesDelayed: '' } }],
  ])('an answer with %s is not taken for an empty queue', async (_, body) => {
    stub.next({ body });
    await expect(queuesOn(stub).depth('overflow')).rejects.toThrow('where a count is expected');
  });

  test('a queue that does not exist is an error, not an empty queue', async () => {
    stub.next({
      status: 400,
      headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' },
    });
    await expect(queuesOn(stub).depth('overflow')).rejects.toThrow('The specified queue does not exist.');
  });
});

function depthAnswer(depth: number) {
  return { body: { Attributes: { ...COUNTS_OF_0, ApproximateNumberOfMessages: String(depth) } } };
}
