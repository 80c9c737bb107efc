import { MIN_STEP_MS } from '../../src/core/limits';
import { type AwsStub, type StubRequest, startAwsStub } from '../aws/aws-stub';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';
import { captureOutput } from './captured-output';

const SEQUENCE_ARN = 'arn:aws:states:us-east-1:123456789012:stateMachine:the-sequence';
/** Each variable of the functions has a value of its own, so that none can stand for another. */
const variables = (endpoint: string) => ({
  BUFFER_TABLE: 'the-buffer',
  REPLAYS_TABLE: 'the-replays',
  ORDERED_EVENTS_TABLE: 'the-ordered-events',
  OVERFLOW_QUEUE_URL: `${endpoint}/the-overflow`,
  DEAD_LETTERS_QUEUE_URL: `${endpoint}/the-dead-letters`,
  SEQUENCE_STATE_MACHINE_ARN: SEQUENCE_ARN,
});
const NO_MESSAGES = {
  ApproximateNumberOfMessages: '0',
  ApproximateNumberOfMessagesNotVisible: '0',
  ApproximateNumberOfMessagesDelayed: '0',
};
const ROW = {
  replay: { S: 'r' },
  phase: { S: 'COLLECTING' },
  generation: { N: '1' },
  buckets: { N: '8' },
  tiebreaker: { S: '' },
  options: { M: {} },
  createdAt: { S: '2026-11-20T12:00:00.000Z' },
  completedAt: { S: '2026-11-20T12:00:00.000Z' },
  late: { N: '0' },
  expiresAt: { N: '1802088001' },
};

describe('the deployed functions reach what their environment names', () => {
  const before = { ...process.env };
  let stub: AwsStub;
  let output: ReturnType<typeof captureOutput>;
  beforeEach(async () => {
    output = captureOutput();
    stub = await startAwsStub();
    Object.assign(process.env, variables(stub.endpoint), {
      AWS_LAMBDA_FUNCTION_NAME: 'function',
      AWS_ENDPOINT_URL: stub.endpoint,
      AWS_REGION: LOCAL_ACCESS.region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });
  afterEach(async () => {
    output.restore();
    process.env = { ...before };
    jest.resetModules();
    await stub.close();
  });

  const handlerOf = (name: string) => jest.requireActual(`../../functions/${name}`).handler;
  /** What was asked, and of which table, queue or machine. */
  const reached = () => [
    ...new Set(
      stub.requests.map(({ target, input }) => {
        const { TableName, QueueUrl, stateMachineArn, executionArn } = input;
        const of = TableName ?? QueueUrl ?? stateMachineArn ?? executionArn ?? '';
        return `${target.split('.')[1]} ${of}`.trim();
      }),
    ),
  ];

  test('collect: the row, the event, the sequencer', async () => {
    stub.answer = ({ target }: StubRequest) =>
      target.endsWith('.StartExecution')
        ? { body: { executionArn: 'arn', startDate: 0 } }
        : { body: target.endsWith('.GetItem') ? { Item: ROW } : {} };
    const event = { id: 'e', time: '2026-11-20T12:00:00Z', source: 's', 'detail-type': 't', detail: {} };
    // The stub's row never gets its lease, so `collect` gives up after it has tried everything.
    await handlerOf('collect')({ ...event, 'replay-name': 'r' }).catch(() => undefined);
    expect(reached()).toEqual([
      'GetItem the-replays',
      'PutItem the-buffer',
      `StartExecution ${SEQUENCE_ARN}`,
      'UpdateItem the-replays',
    ]);
  });

  test('heal: the rows, what became of an execution, the next one', async () => {
    const dead = { ...ROW, leaseUntil: { S: '2026-11-20T12:00:00.000Z' } };
    stub.answer = ({ target }: StubRequest) => {
      if (target.endsWith('.Scan')) return { body: { Items: [dead] } };
      if (target.endsWith('.GetItem')) return { body: { Item: dead } };
      if (target.endsWith('.DescribeExecution')) return { body: { status: 'FAILED' } };
      return { body: target.endsWith('.StartExecution') ? { executionArn: 'arn', startDate: 0 } : {} };
    };
    await handlerOf('heal')({ source: 'aws.events' });
    expect(reached()).toEqual([
      'Scan the-replays',
      'GetItem the-replays',
      `DescribeExecution ${SEQUENCE_ARN.replace('stateMachine', 'execution')}:r.1`,
      'UpdateItem the-replays',
      `StartExecution ${SEQUENCE_ARN}`,
    ]);
  });

  test('sequence: the replay, both queues, then the buffer and the lanes', async () => {
    let phase = 'COLLECTING';
    const item = { position: { S: '2026-11-20T12:00:00.000000000Z##e' }, event: { S: '{}' } };
    const state = { State: 'COMPLETED', Description: '', EventStartTime: 1, EventEndTime: 2 };
    const opened = { collected: { N: '1' }, releaseStartedAt: { S: '2026-11-20T12:00:00.000Z' } };
    stub.answer = ({ target }: StubRequest) => {
      if (target.endsWith('.DescribeReplay')) return { body: state };
      if (target.endsWith('.GetQueueAttributes')) return { body: { Attributes: NO_MESSAGES } };
      if (target.endsWith('.GetItem')) {
        const row = {
          ...ROW,
          createdAt: { S: new Date().toISOString() },
          phase: { S: phase },
          ...(phase === 'RELEASING' && opened),
        };
        return { body: { Item: row } };
      }
      if (target.endsWith('.Query')) return { body: { Items: [item], Count: 1 } };
      return { body: {} };
    };
    const context = { getRemainingTimeInMillis: () => MIN_STEP_MS - 1_000 };
    const call = () => handlerOf('sequence')({ replay: 'r', generation: 1 }, context);
    await call();
    phase = 'RELEASING';
    await call();
    expect(reached()).toEqual([
      'GetItem the-replays',
      'DescribeReplay',
      `GetQueueAttributes ${stub.endpoint}/the-overflow`,
      `GetQueueAttributes ${stub.endpoint}/the-dead-letters`,
      'UpdateItem the-replays',
      'Query the-buffer',
      'UpdateItem the-ordered-events',
    ]);
  });
});
