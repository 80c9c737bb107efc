import {
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { BufferKey, EventBuffer } from '../core/ports';
import {
  attributesOf,
  type Columns,
  column,
  decodeItem,
  encodeItem,
  flag,
  type Item,
  instant,
  number,
  text,
  timeToLive,
} from './attributes';
import { writeOrFind } from './conditional-write';
import { deflatedText } from './deflated';
import { createPlaceholders } from './expression';
import { tellingUnavailable } from './unavailable';

const NEW_EVENT: Columns<{ json: string; late?: boolean; receivedAtMs: number; expiresAtMs: number }> = {
  json: column('event', deflatedText),
  late: column('late', flag),
  receivedAtMs: column('receivedAt', instant),
  expiresAtMs: column('expiresAt', timeToLive),
};

/** What is absent is false, or 0. */
const BUFFERED_EVENT: Columns<{ position: string; json: string; late?: boolean; duplicates?: number }> = {
  position: column('position', text()),
  json: column('event', deflatedText),
  late: column('late', flag),
  duplicates: column('duplicates', number),
};

const LATENESS: Columns<{ late?: boolean; lateCounted?: boolean }> = {
  late: column('late', flag),
  lateCounted: column('lateCounted', flag),
};

/**
 * The `EventBuffer` table: `bucket` = `<replay>#<n>` and `position` are the key.
 *
 * Items beyond their time to live that DynamoDB has not deleted yet are read like all others: an event is not lost
 * sooner than it must be (R1).
 */
export function dynamoEventBuffer({ client, table }: { client: DynamoDBClient; table: string }): EventBuffer {
  /** Only of an item that exists: an update would otherwise make one that has no event. */
  async function update(
    key: BufferKey,
    clause: (expression: ReturnType<typeof createPlaceholders>) => string,
  ) {
    const expression = createPlaceholders();
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: itemKey(key),
        UpdateExpression: clause(expression),
        ConditionExpression: `attribute_exists(${expression.path('position')})`,
        ...expression.parameters(),
      }),
    );
  }

  return tellingUnavailable('DynamoDB', {
    async put(key, { late, ...event }) {
      const expression = createPlaceholders();
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...itemKey(key), ...encodeItem(NEW_EVENT, { ...event, ...(late && { late }) }) },
        ConditionExpression: `attribute_not_exists(${expression.path('position')})`,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...expression.parameters(),
      });
      const existing = await writeOrFind(client, put);
      if (!existing) return 'stored';
      return { existing: { late: false, lateCounted: false, ...decodeItem(LATENESS, existing) } };
    },

    addDuplicate: (key) =>
      update(key, ({ path, value }) => `ADD ${path('duplicates')} ${value(number.encode(1))}`),

    markLateCounted: (key) =>
      update(key, ({ path, value }) => `SET ${path('lateCounted')} = ${value(flag.encode(true))}`),

    async read(replay, bucket, after, limit) {
      const { path, value, parameters } = createPlaceholders();
      const inBucket = `${path('bucket')} = ${value(bucketName(replay, bucket))}`;
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          Limit: limit,
          KeyConditionExpression:
            after === undefined
              ? inBucket
              : `${inBucket} AND ${path('position')} > ${value(text().encode(after))}`,
          ProjectionExpression: attributesOf(BUFFERED_EVENT)
            .map((name) => path(name))
            .join(', '),
          ...parameters(),
        }),
      );
      const events = Items.map((item) => ({
        late: false,
        duplicates: 0,
        ...decodeItem(BUFFERED_EVENT, item),
      }));
      return { events, more: LastEvaluatedKey !== undefined };
    },

    async count(replay, bucket) {
      const { path, value, parameters } = createPlaceholders();
      const query = {
        TableName: table,
        ConsistentRead: true,
        Select: 'COUNT',
        KeyConditionExpression: `${path('bucket')} = ${value(bucketName(replay, bucket))}`,
        FilterExpression: `attribute_not_exists(${path('late')})`,
        ...parameters(),
      } as const;
      let count = 0;
      for await (const page of paginateQuery({ client }, query)) count += page.Count ?? 0;
      return count;
    },
  });
}

function bucketName(replay: string, bucket: number): Item[string] {
  return text().encode(`${replay}#${bucket}`);
}

function itemKey({ replay, bucket, position }: BufferKey): Item {
  return { bucket: bucketName(replay, bucket), position: text().encode(position) };
}
