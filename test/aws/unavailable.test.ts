import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { dynamoLanes } from '../../src/aws/lanes';
import { sqsQueues } from '../../src/aws/queues';
import { eventBridgeReplayStatus } from '../../src/aws/replay-status';
import { dynamoReplays } from '../../src/aws/replays';
import { dynamoRuns } from '../../src/aws/runs';
import { sfnSequencerStarts } from '../../src/aws/sequencer-starts';
import { tellingUnavailable } from '../../src/aws/unavailable';
import { isUnavailable } from '../../src/core/errors';
import { SEALED } from '../support/selections';
import { type AwsStub, type StubAnswer, startAwsStub, THROTTLED } from './aws-stub';
import { LOCAL_ACCESS } from './dynamodb-engine';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());

const failureOf = (request: Promise<unknown>): Promise<Error> =>
  request.then(
    () => new Error('It did not fail.'),
    (error) => error,
  );

/** One attempt each: that the SDK tries again is its own affair. */
const config = () => ({ ...LOCAL_ACCESS, endpoint: stub.endpoint, maxAttempts: 1 });
const table = 'T';
const key = { replay: 'r', bucket: 0, position: 'p' };
const event = { position: 'p', tiebreaker: '', json: '{}' };
const urls = () => ({ overflow: `${stub.endpoint}/o`, deadLetters: `${stub.endpoint}/d` });

const dynamodb = () => new DynamoDBClient(config());
const buffer = () => dynamoEventBuffer({ client: dynamodb(), table });
const replays = () => dynamoReplays({ client: dynamodb(), table });
const describeReplay = () =>
  eventBridgeReplayStatus({ client: new EventBridgeClient(config()) }).describe('r');

/** Every request that the functions, and people's tools, make. */
const REQUESTS: [name: string, request: () => Promise<unknown>][] = [
  ['replays.get', () => replays().get('r')],
  ['replays.create', () => replays().create({ replay: 'r' } as never)],
  ['replays.save', () => replays().save('r', { late: 1 }, {})],
  ['replays.addLate', () => replays().addLate('r')],
  ['runs.add', () => dynamoRuns({ client: dynamodb(), table }).add({ replay: 'r@2' } as never)],
  ['buffer.put', () => buffer().put(key, { json: '{}', late: false, receivedAtMs: 0, expiresAtMs: 0 })],
  ['buffer.addDuplicate', () => buffer().addDuplicate(key)],
  ['buffer.markLateCounted', () => buffer().markLateCounted(key)],
  ['buffer.read', () => buffer().read('r', 0, SEALED, undefined, 1)],
  ['buffer.count', () => buffer().count('r', 0, SEALED, undefined)],
  ['lanes.append', () => dynamoLanes({ client: dynamodb(), table }).append('r#', [event], 0)],
  ['status.describe', describeReplay],
  ['queues.depth', () => sqsQueues({ client: new SQSClient(config()), urls: urls() }).depth('overflow')],
  [
    'starts.start',
    () =>
      sfnSequencerStarts({ client: new SFNClient(config()), stateMachineArn: 'arn:m' }).start({
        replay: 'r',
        generation: 1,
      }),
  ],
];

test.each(REQUESTS)(
  'given %s, when AWS throttles it, then it is unavailable, with the real cause',
  async (_, request) => {
    stub.answer = () => THROTTLED;
    const error = await failureOf(request());
    expect(error).toMatchObject({ code: 'ServiceUnavailable', disposition: 'retry' });
    expect(error.message).toContain('ThrottlingException');
    expect(error.cause).toMatchObject({ name: 'ThrottlingException' });
  },
);

const answer = (status: number, type: string): StubAnswer => ({
  status,
  body: { __type: type, message: 'm' },
});

test.each<[string, StubAnswer]>([
  [
    'a table beyond its throughput',
    answer(400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'),
  ],
  ['an account beyond its limit', answer(400, 'com.amazonaws.dynamodb.v20120810#RequestLimitExceeded')],
  ['a fault of AWS', answer(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError')],
  ['a service that is down', { status: 503, body: {} }],
  ['a server error that the SDK does not repeat', answer(501, 'Odd')],
])('given %s, then it is unavailable', async (_, given) => {
  stub.next(given);
  expect(isUnavailable(await failureOf(replays().get('r')))).toBe(true);
});

test('given nobody who answers in time, then it is unavailable', async () => {
  stub.next('never');
  const requestHandler = { requestTimeout: 20, throwOnRequestTimeout: true };
  const hurried = dynamoReplays({ client: new DynamoDBClient({ ...config(), requestHandler }), table });
  expect(isUnavailable(await failureOf(hurried.get('r')))).toBe(true);
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN'])(
  'given a network that says %s, then it is unavailable, and told by that name',
  async (code) => {
    const port = tellingUnavailable('DynamoDB', {
      get: () => Promise.reject(Object.assign(new Error('m'), { code })),
    });
    const error = await failureOf(port.get());
    expect(isUnavailable(error)).toBe(true);
    expect(error.message).toBe(`DynamoDB did not take a request: ${code}.`);
  },
);

test.each([new TypeError('m'), undefined, 'text'])(
  'given %p of our own code, then it stays what it is',
  async (thrown) => {
    const port = tellingUnavailable('DynamoDB', { get: () => Promise.reject(thrown) });
    expect(await failureOf(port.get())).toBe(thrown);
  },
);

test.each<[string, StubAnswer]>([
  ['a request that is not allowed', answer(400, 'com.amazon.coral.service#AccessDeniedException')],
  ['a request that is invalid', answer(400, 'com.amazon.coral.validate#ValidationException')],
  ['a table that is not there', answer(400, 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException')],
])('given %s, then it is a fault, and stays what it was', async (_, given) => {
  stub.next(given);
  const error = await failureOf(replays().get('r'));
  expect(isUnavailable(error)).toBe(false);
  expect(error.name).toBe(String((given.body as { __type: string }).__type.split('#')[1]));
});

test('given an expected answer, then it is none of these: a guard that does not hold, a replay that nobody knows', async () => {
  stub.next(
    answer(400, 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'),
    answer(400, 'com.amazonaws.eventbridge#ResourceNotFoundException'),
  );
  expect(await replays().save('r', { late: 1 }, {})).toBe(false);
  expect(await describeReplay()).toBeUndefined();
});
