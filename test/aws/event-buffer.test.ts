import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { fastQueries, type Query } from '../../src/aws/fast-way';
import { memoryEventBuffer } from '../fakes/event-buffer';
import { EVERYTHING } from '../support/selections';
import { type DynamoDbEngine, startDynamoDb, testOfLostAnswers } from './dynamodb-engine';
import { eventBufferSuite } from './event-buffer.suite';
import { freshName } from './fresh-name';

/** Other engines than dynalite may be far away. */
jest.setTimeout(60_000);

describe('the event buffer in memory', () => {
  eventBufferSuite(async () => ({ buffer: memoryEventBuffer(), close: async () => undefined }));
});

/** How pages are read. */
const WAYS: [name: string, query: (client: DynamoDBClient) => Query][] = [
  ['the fast way', fastQueries],
  ['the SDK client', (client) => (input) => client.send(new QueryCommand(input))],
];

describe.each(WAYS)('the event buffer on DynamoDB, by %s', (_, query) => {
  let engine: DynamoDbEngine;
  const bufferOn = ({ client, tables }: DynamoDbEngine) =>
    dynamoEventBuffer({ client, table: tables.eventBuffer, query: query(client) });

  eventBufferSuite(async () => {
    engine = await startDynamoDb();
    return { buffer: bufferOn(engine), close: () => engine.close() };
  });

  test('an item says what it is: the event, when it came and when it goes, and only then more', async () => {
    const buffer = bufferOn(engine);
    const key = { replay: freshName(), bucket: 3, position: '2026-11-20T12:00:00.000000000Z##1' };
    const [receivedAtMs, expiresAtMs] = [
      Date.parse('2026-11-20T12:00:00.123Z'),
      Date.parse('2026-12-04T12:00:00.123Z'),
    ];
    const item = async () => {
      const Key = { bucket: { S: `${key.replay}#3` }, position: { S: key.position } };
      const answer = await engine.client.send(
        new GetItemCommand({ TableName: engine.tables.eventBuffer, Key }),
      );
      return answer.Item;
    };
    const first = {
      bucket: { S: `${key.replay}#3` },
      position: { S: key.position },
      event: { S: '{}' },
      receivedAt: { S: '2026-11-20T12:00:00.123Z' },
      expiresAt: { N: String(Date.parse('2026-12-04T12:00:01Z') / 1_000) },
    };
    await buffer.put(key, { json: '{}', late: false, receivedAtMs, expiresAtMs });
    expect(await item()).toEqual(first);
    await buffer.addDuplicate(key);
    await buffer.markLateCounted(key);
    expect(await item()).toEqual({ ...first, duplicates: { N: '1' }, lateCounted: { BOOL: true } });
  });

  test.each([{ S: 'yesterday' }, { N: '7' }, undefined])(
    'given an event whose receivedAt somebody made %j, then it is read without one',
    async (receivedAt) => {
      const bucket = freshName();
      const position = { S: '2026-11-20T12:00:00.000000000Z##1' };
      const Item = {
        bucket: { S: `${bucket}#0` },
        position,
        event: { S: '{}' },
        ...(receivedAt && { receivedAt }),
      };
      await engine.client.send(
        new PutItemCommand({ TableName: engine.tables.eventBuffer, Item: Item as never }),
      );
      const { events } = await bufferOn(engine).read(bucket, 0, EVERYTHING, undefined, 10);
      expect(events).toHaveLength(1);
      expect(events[0]).not.toHaveProperty('receivedAtMs');
    },
  );

  test('given an event whose bytes are damaged, then its page is read, and its text says which one it is', async () => {
    const buffer = bufferOn(engine);
    const key = { replay: freshName(), bucket: 0, position: 'p' };
    const item = { bucket: { S: `${key.replay}#0` }, position: { S: 'p' }, event: { B: Buffer.from('x') } };
    await engine.client.send(new PutItemCommand({ TableName: engine.tables.eventBuffer, Item: item }));
    const { events } = await buffer.read(key.replay, 0, EVERYTHING, undefined, 10);
    expect(() => events[0]?.json()).toThrow(
      /^The text of an event of p is not as it was written: expected are deflated/,
    );
  });

  testOfLostAnswers(
    'given a put whose answer is lost, when it is sent again, then it finds its own event',
    async () => {
      const buffer = bufferOn(engine);
      const key = { replay: freshName(), bucket: 0, position: 'p' };
      engine.loseNextAnswer('PutItem');
      const outcome = await buffer.put(key, { json: '{}', late: true, receivedAtMs: 0, expiresAtMs: 0 });
      expect(outcome).toEqual({ existing: { late: true, lateCounted: false } });
      expect((await buffer.read(key.replay, 0, EVERYTHING, undefined, 10)).events).toHaveLength(1);
    },
  );
});
