import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { type Clients, createClients } from '../../src/local/clients';
import { createDynamoDb } from '../../src/local/dynamodb';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalServer, serve } from '../../src/local/server';
import { TableStream } from '../../src/local/stream';
import { streamsService } from '../../src/local/stream-service';
import { createTables } from '../../src/local/tables';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';

const StreamArn = LOCAL.streamArn;
const TableName = LOCAL.tables.orderedEvents;

let server: LocalServer;
let clients: Clients;
let streams: DynamoDBStreamsClient;
let ShardId: string;

beforeAll(async () => {
  const stream = new TableStream(TableName, StreamArn, LOCAL.region);
  const byArn = new Map([[StreamArn, stream]]);
  server = await serve([streamsService(byArn)], createDynamoDb(byArn));
  clients = createClients({ endpoint: server.endpoint, ...LOCAL_ACCESS });
  streams = new DynamoDBStreamsClient({ endpoint: server.endpoint, ...LOCAL_ACCESS });
  await createTables(clients.dynamodb, LOCAL.tables);
});
afterAll(async () => {
  clients.destroy();
  streams.destroy();
  await server.close();
});

const add = (lane: string, n: number, more: object = {}) =>
  clients.dynamodb.send(
    new UpdateItemCommand({
      TableName,
      Key: { lane: { S: lane } },
      UpdateExpression: 'SET seen = :n ADD ticks :one',
      ExpressionAttributeValues: { ':n': { N: String(n) }, ':one': { N: '1' } },
      ...more,
    }),
  );

async function iterator(input: Omit<GetShardIteratorCommandInput, 'StreamArn' | 'ShardId'>): Promise<string> {
  const { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ...input }));
  return ShardIterator as string;
}

const recordsFrom = async (ShardIterator: string, Limit?: number) =>
  streams.send(new GetRecordsCommand({ ShardIterator, ...(Limit && { Limit }) }));

test('the stream is listed and described, with one open shard of new images', async () => {
  const { Streams } = await streams.send(new ListStreamsCommand({}));
  expect(Streams).toEqual([{ StreamArn, TableName, StreamLabel: '2026-01-01T00:00:00.000' }]);
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  expect(StreamDescription).toMatchObject({
    StreamStatus: 'ENABLED',
    StreamViewType: 'NEW_IMAGE',
    TableName,
  });
  expect(StreamDescription?.Shards).toHaveLength(1);
  ShardId = StreamDescription?.Shards?.[0]?.ShardId as string;
});

test('R2: writes of many clients at once give the records of each item in the order of its changes', async () => {
  const from = await iterator({ ShardIteratorType: 'LATEST' });
  const writes = Array.from({ length: 200 }, (_, n) => add(`lane-${n % 4}`, n));
  await Promise.all(writes);
  const { Records = [] } = await recordsFrom(from);
  expect(Records).toHaveLength(200);
  for (const lane of ['lane-0', 'lane-1', 'lane-2', 'lane-3']) {
    const images = Records.map(({ dynamodb }) => dynamodb?.NewImage ?? {}).filter(
      (image) => image.lane?.S === lane,
    );
    expect(images.map(({ ticks }) => Number(ticks?.N))).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  }
  const numbers = Records.map(({ dynamodb }) => dynamodb?.SequenceNumber as string);
  expect(numbers).toEqual([...numbers].sort());
  expect(new Set(numbers).size).toBe(200);
});

test('a record has the keys and the whole new image, and says whether the item is new', async () => {
  const from = await iterator({ ShardIteratorType: 'LATEST' });
  await add('fresh', 1);
  await add('fresh', 2);
  const { Records = [] } = await recordsFrom(from);
  expect(Records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.Keys, dynamodb?.NewImage])).toEqual([
    ['INSERT', { lane: { S: 'fresh' } }, { lane: { S: 'fresh' }, seen: { N: '1' }, ticks: { N: '1' } }],
    ['MODIFY', { lane: { S: 'fresh' } }, { lane: { S: 'fresh' }, seen: { N: '2' }, ticks: { N: '2' } }],
  ]);
  expect(Records[0]?.dynamodb?.StreamViewType).toBe('NEW_IMAGE');
});

test('R4: a write whose condition fails leaves no record', async () => {
  await add('fenced', 1);
  const from = await iterator({ ShardIteratorType: 'LATEST' });
  const refused = add('fenced', 2, { ConditionExpression: 'attribute_not_exists(seen)' });
  await expect(refused).rejects.toThrow(ConditionalCheckFailedException);
  expect((await recordsFrom(from)).Records).toEqual([]);
});

test('the caller gets what it asked for, with the stream behind it', async () => {
  expect((await add('asked', 1)).Attributes).toBeUndefined();
  expect((await add('asked', 2, { ReturnValues: 'ALL_NEW' })).Attributes).toMatchObject({
    ticks: { N: '2' },
  });
  await expect(add('asked', 3, { ReturnValues: 'ALL_OLD' })).rejects.toThrow(
    'ReturnValues ALL_OLD is not supported',
  );
});

test('a write that the stream would miss is refused, and said so', async () => {
  const Item = { lane: { S: 'put' } };
  const missing = (operation: string) =>
    `streams UpdateItem only; ${operation} on OrderedEvents would miss the stream`;
  const { dynamodb } = clients;
  await expect(dynamodb.send(new PutItemCommand({ TableName, Item }))).rejects.toThrow(missing('PutItem'));
  await expect(dynamodb.send(new DeleteItemCommand({ TableName, Key: Item }))).rejects.toThrow(
    missing('DeleteItem'),
  );
  const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item } }] } });
  await expect(dynamodb.send(batch)).rejects.toThrow(missing('BatchWriteItem'));
  const elsewhere = new PutItemCommand({ TableName: LOCAL.tables.replays, Item: { replay: { S: 'r' } } });
  await expect(dynamodb.send(elsewhere)).resolves.toBeDefined();
});

describe('a shard iterator', () => {
  let numbers: string[];
  beforeAll(async () => {
    const from = await iterator({ ShardIteratorType: 'LATEST' });
    for (const n of [1, 2, 3]) await add('iterated', n);
    numbers = ((await recordsFrom(from)).Records ?? []).map(
      ({ dynamodb }) => dynamodb?.SequenceNumber as string,
    );
  });
  const seenFrom = async (shardIterator: string) =>
    ((await recordsFrom(shardIterator)).Records ?? []).map(({ dynamodb }) => dynamodb?.SequenceNumber);

  test('starts at, or after, a sequence number', async () => {
    const SequenceNumber = numbers[1] as string;
    expect(
      await seenFrom(await iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber })),
    ).toEqual(numbers.slice(1));
    expect(
      await seenFrom(await iterator({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })),
    ).toEqual(numbers.slice(2));
  });

  test('starts at the oldest record that is kept', async () => {
    const seen = await seenFrom(await iterator({ ShardIteratorType: 'TRIM_HORIZON' }));
    expect(seen[0]).toBe('000000000000000000001');
    expect(seen.slice(-3)).toEqual(numbers);
  });

  test('goes on page by page, and an empty page is no end', async () => {
    const SequenceNumber = numbers[0] as string;
    const start = await iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber });
    const first = await recordsFrom(start, 2);
    expect(first.Records).toHaveLength(2);
    const second = await recordsFrom(first.NextShardIterator as string, 2);
    expect(second.Records).toHaveLength(1);
    const third = await recordsFrom(second.NextShardIterator as string);
    expect(third).toMatchObject({ Records: [], NextShardIterator: second.NextShardIterator });
  });

  test('of an unknown type, without a number or of another stream is refused', async () => {
    await expect(iterator({ ShardIteratorType: 'NEWEST' as never })).rejects.toThrow(
      'allowed are TRIM_HORIZON',
    );
    await expect(iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER' })).rejects.toThrow('SequenceNumber');
    await expect(recordsFrom('nonsense')).rejects.toThrow('ShardIterator');
    await expect(
      streams.send(new DescribeStreamCommand({ StreamArn: `${StreamArn}-other-stream-arn` })),
    ).rejects.toThrow('not found');
  });
});

test('records that were read are trimmed when they take too much room, and asking for them says so', () => {
  const stream = new TableStream(TableName, StreamArn, LOCAL.region);
  const mebibyte = 1024 * 1024;
  for (let n = 0; n < 80; n++) stream.append({ lane: { S: 'r#' } }, {}, mebibyte);
  stream.release(40, stream.trimHorizon + 40);
  expect(stream.trimHorizon).toBe(1);
  stream.release(40, 81);
  expect(stream.trimHorizon).toBeGreaterThan(10);
  expect(stream.end).toBe(81);
  expect(() => stream.read(1, 1)).toThrow(expect.objectContaining({ name: 'TrimmedDataAccessException' }));
  expect(stream.read(stream.trimHorizon, 1)).toHaveLength(1);
});
