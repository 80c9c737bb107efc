import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { BufferedEvent, BufferKey, EventBuffer } from '../core/ports';
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
  orElse,
  text,
  timeToLive,
} from './attributes';
import { writeOrFind } from './conditional-write';
import { deflatedText, type HeldText, heldText } from './deflated';
import { createPlaceholders } from './expression';
import { tellingUnavailable } from './unavailable';

const NEW_EVENT: Columns<{ json: string; late?: boolean; receivedAtMs: number; expiresAtMs: number }> = {
  json: column('event', deflatedText),
  late: column('late', flag),
  receivedAtMs: column('receivedAt', instant),
  expiresAtMs: column('expiresAt', timeToLive),
};

/** What is absent is false, or 0. */
const BUFFERED_EVENT: Columns<{
  position: string;
  event: HeldText;
  late?: boolean;
  duplicates?: number;
  receivedAtMs?: number;
}> = {
  position: column('position', text()),
  event: column('event', heldText),
  late: column('late', flag),
  duplicates: column('duplicates', number),
  // No event is held up by it.
  receivedAtMs: column('receivedAt', orElse(instant, Number.NaN)),
};

const KEY: Columns<{ position: string }> = { position: column('position', text()) };

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
      const placeholders = createPlaceholders();
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          Limit: limit,
          KeyConditionExpression: inBucketAfter(replay, bucket, after, placeholders),
          ProjectionExpression: attributesOf(BUFFERED_EVENT)
            .map((name) => placeholders.path(name))
            .join(', '),
          ...placeholders.parameters(),
        }),
      );
      return { events: Items.map(bufferedEvent), more: LastEvaluatedKey !== undefined };
    },

    async count(replay, bucket, after) {
      const placeholders = createPlaceholders();
      const { Count = 0, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          Select: 'COUNT',
          KeyConditionExpression: inBucketAfter(replay, bucket, after, placeholders),
          FilterExpression: `attribute_not_exists(${placeholders.path('late')})`,
          ...placeholders.parameters(),
        }),
      );
      return { events: Count, ...(LastEvaluatedKey && { upTo: decodeItem(KEY, LastEvaluatedKey).position }) };
    },
  });
}

function inBucketAfter(
  replay: string,
  bucket: number,
  after: string | undefined,
  { path, value }: ReturnType<typeof createPlaceholders>,
): string {
  const inBucket = `${path('bucket')} = ${value(bucketName(replay, bucket))}`;
  return after === undefined
    ? inBucket
    : `${inBucket} AND ${path('position')} > ${value(text().encode(after))}`;
}

function bufferedEvent(item: Item): BufferedEvent {
  const { position, event, late = false, duplicates = 0, receivedAtMs } = decodeItem(BUFFERED_EVENT, item);
  const json = () => {
    try {
      return event.text();
    } catch (cause) {
      throw new TypeError(`The event at ${position} is not as it was written: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  const received = Number.isFinite(receivedAtMs) && { receivedAtMs };
  return { position, json, heldBytes: event.heldBytes, late, duplicates, ...received };
}

function bucketName(replay: string, bucket: number): Item[string] {
  return text().encode(`${replay}#${bucket}`);
}

function itemKey({ replay, bucket, position }: BufferKey): Item {
  return { bucket: bucketName(replay, bucket), position: text().encode(position) };
}
