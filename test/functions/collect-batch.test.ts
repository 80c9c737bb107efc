import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type CollectHandlerDeps, createCollectHandler, wireCollect } from '../../functions/collect';
import { silentTelemetry } from '../../functions/telemetry';
import { clientConfig, HURRIED } from '../../src/aws/clients';
import { COLLECT_PATIENCE_MS } from '../../src/core/limits';
import { DEFAULT_SETTINGS } from '../../src/core/settings';
import { LOCAL_SETTINGS } from '../../src/local/local-settings';
import { type AwsStub, type StubAnswer, type StubRequest, startAwsStub, THROTTLED } from '../aws/aws-stub';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';
import { envelope } from '../support/events';

const ROW = {
  replay: { S: 'replay-1' },
  phase: { S: 'COLLECTING' },
  generation: { N: '1' },
  buckets: { N: '8' },
  tiebreaker: { S: '' },
  createdAt: { S: '2026-11-20T12:00:00.000Z' },
  lastArrivalAt: { S: new Date().toISOString() },
  leaseUntil: { S: new Date(Date.now() + 600_000).toISOString() },
  late: { N: '0' },
  expiresAt: { N: '32503680000' },
};
const REMAINING_MS = 5_000;
const ANSWERS_AFTER_MS = 4_000;
const ids = Array.from({ length: 10 }, (_, n) => `e${n}`);

const batch = {
  Records: ids.map((id) => ({
    messageId: `m-${id}`,
    body: JSON.stringify(envelope({ id })),
    attributes: { ApproximateReceiveCount: '2' },
    eventSource: 'aws:sqs',
  })),
} as SQSEvent;

/** It is refused before anybody is asked about it. */
const WITHOUT_EVENT = { ...batch.Records[0], body: '{}' };

/** Which event a request is about. */
const putOf = ({ target, input }: StubRequest) =>
  target.endsWith('.PutItem')
    ? (input.Item as { position: { S: string } }).position.S.split('#')[2]
    : undefined;

describe('a batch of messages', () => {
  let stub: AwsStub;
  let clients: { dynamodb: DynamoDBClient; sfn: SFNClient };
  beforeEach(async () => {
    stub = await startAwsStub();
    const config = { ...clientConfig(), endpoint: stub.endpoint, ...LOCAL_ACCESS };
    clients = { dynamodb: new DynamoDBClient(config), sfn: new SFNClient(config) };
    // A client's first request takes many times as long as any other.
    stub.next({ body: {} });
    await clients.dynamodb.send(new ListTablesCommand({}));
    stub.requests.length = 0;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    clients.dynamodb.destroy();
    clients.sfn.destroy();
    await stub.close();
  });

  /** The put of e5 is answered so; all else is well. */
  function collectBatch(e5: StubAnswer | 'never', row: StubAnswer | 'never' = { body: { Item: ROW } }) {
    // The time is up when all is asked and the answers are read, however slow the machine is.
    const upTime = new AbortController();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(upTime.signal);
    const asked = new Set<string>();
    const kind = row === 'never' ? '.GetItem' : '.PutItem';
    let gets = 0;
    stub.answer = (request) => {
      if (request.target.endsWith(kind)) asked.add(putOf(request) ?? String(gets++));
      if (asked.size === ids.length) setTimeout(() => upTime.abort(), 500);
      if (request.target.endsWith('.GetItem')) return row;
      return putOf(request) === 'e5' ? e5 : { body: {} };
    };
    const handler = wireCollect({
      clients,
      tables: { eventBuffer: 'B', replays: 'R' },
      sequenceStateMachineArn: 'arn',
      clock: { now: Date.now, sleep },
      settings: DEFAULT_SETTINGS,
      telemetry: silentTelemetry,
    });
    const answer = handler(batch, { getRemainingTimeInMillis: () => REMAINING_MS });
    expect(timeout).toHaveBeenCalledWith(ANSWERS_AFTER_MS);
    return answer as Promise<SQSBatchResponse>;
  }
  const failed = ({ batchItemFailures }: SQSBatchResponse) =>
    batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const stored = () => new Set(stub.requests.map(putOf).filter((id) => id !== undefined));

  test('R1: given a request that is never answered, then the other nine are collected, and only its message comes again', async () => {
    expect(failed(await collectBatch('never'))).toEqual(['m-e5']);
    expect(stored().size).toBe(10);
  });

  test('R6: given a request that is never answered, when the call answers, then that request is given up', async () => {
    await collectBatch('never');
    for (let tries = 0; stub.givenUp.length === 0 && tries < 200; tries++) await sleep(5);
    expect(stub.givenUp.map(putOf)).toEqual(['e5']);
  });

  test('R6: given a request that waits to be tried again, when the call has answered, then it is sent no more', async () => {
    expect(failed(await collectBatch(THROTTLED))).toEqual(['m-e5']);
    const sent = stub.requests.length;
    // Longer than the client waits before the next of its attempts.
    await sleep(2_500);
    expect(stub.requests.length).toBe(sent);
  });

  test('R1: given a row that cannot be read, then all its messages come again, and nothing is stored', async () => {
    expect(failed(await collectBatch('never', 'never'))).toEqual(ids.map((id) => `m-${id}`));
    expect(stored().size).toBe(0);
  });

  test('given a call of before that gave up, then the next one is not touched by it', async () => {
    await collectBatch('never');
    expect(failed(await collectBatch({ body: {} }))).toEqual([]);
  });
});

test.each([
  [DEFAULT_SETTINGS.collectTimeoutMs, 4_000],
  [LOCAL_SETTINGS.collectTimeoutMs, 1_200],
  [60_000, 59_000],
  [1, 0],
  [-3, 0],
])('given %d ms until its deadline, then a batch has %d of them to collect in', async (remainingMs, ms) => {
  const timeout = jest.spyOn(AbortSignal, 'timeout');
  const collect = createCollectHandler({ telemetry: silentTelemetry } as CollectHandlerDeps);
  await collect({ Records: [WITHOUT_EVENT] } as SQSEvent, { getRemainingTimeInMillis: () => remainingMs });
  expect(timeout).toHaveBeenCalledWith(ms);
  timeout.mockRestore();
});

test.each([
  [DEFAULT_SETTINGS.collectTimeoutMs, COLLECT_PATIENCE_MS],
  [LOCAL_SETTINGS.collectTimeoutMs, 1_200],
  [60_000, COLLECT_PATIENCE_MS],
])(
  'given %d ms until its deadline, then one event has %d of them: no more than its state waits',
  async (remainingMs, ms) => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    const collect = createCollectHandler({ telemetry: silentTelemetry } as CollectHandlerDeps);
    const collected = collect({}, { getRemainingTimeInMillis: () => remainingMs });
    // There is nothing to collect it with.
    await expect(collected).rejects.toBeDefined();
    expect(timeout).toHaveBeenCalledWith(ms);
    timeout.mockRestore();
  },
);

describe('one event', () => {
  let stub: AwsStub;
  let clients: { dynamodb: DynamoDBClient; sfn: SFNClient };
  beforeEach(async () => {
    stub = await startAwsStub();
    const config = { ...clientConfig(HURRIED), endpoint: stub.endpoint, ...LOCAL_ACCESS };
    clients = { dynamodb: new DynamoDBClient(config), sfn: new SFNClient(config) };
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const client of Object.values(clients)) client.destroy();
    await stub.close();
  });

  test('R6: given a table that does not answer, when its time is over, then the call fails and its request is given up', async () => {
    const upTime = new AbortController();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(upTime.signal);
    stub.answer = ({ target }) => {
      if (target.endsWith('.GetItem')) upTime.abort();
      return 'never';
    };
    const handler = wireCollect({
      clients,
      tables: { eventBuffer: 'B', replays: 'R' },
      sequenceStateMachineArn: 'arn',
      clock: { now: Date.now, sleep },
      settings: DEFAULT_SETTINGS,
      telemetry: silentTelemetry,
    });
    const collected = handler(
      { ...envelope({ id: 'e1' }) },
      { getRemainingTimeInMillis: () => REMAINING_MS },
    );
    await expect(collected).rejects.toMatchObject({ name: 'CollectDeadlineExceeded' });
    for (let tries = 0; stub.givenUp.length === 0 && tries < 200; tries++) await sleep(5);
    expect(stub.givenUp.map(({ target }) => target.split('.').pop())).toEqual(['GetItem']);
  });
});
