import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { justAfter, timeOfBound } from '../core/event/bounds';
import type { BufferedEvent, BufferKey, EventBuffer, Selection } from '../core/ports';
import {
  attributesOf,
  type Columns,
  column,
  decodeItem,
  encodeItem,
  flag,
  type Item,
  instant,
  notAsWritten,
  number,
  orElse,
  text,
  timeToLive,
} from './attributes';
import { writeOrFind } from './conditional-write';
import { deflatedText, type HeldText, heldText } from './deflated';
import { createPlaceholders } from './expression';
import { fastQueries, type Query } from './fast-way';
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

export interface EventBufferOptions {
  client: DynamoDBClient;
  table: string;
  /** How pages are read; by default the fast way. */
  query?: Query;
}

/**
 * The `EventBuffer` table: `bucket` = `<replay>#<n>` and `position` are the key.
 *
 * Items beyond their time to live that DynamoDB has not deleted yet are read like all others: an event is not lost
 * sooner than it must be (R1).
 */
export function dynamoEventBuffer({
  client,
  table,
  query = fastQueries(client),
}: EventBufferOptions): EventBuffer {
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

    async read(set, bucket, selection, after, limit) {
      const place = placeOf(selection, after);
      if (place === 'nowhere') return { events: [] };
      const placeholders = createPlaceholders();
      const { Items = [], LastEvaluatedKey } = await query({
        TableName: table,
        ConsistentRead: true,
        Limit: limit,
        KeyConditionExpression: inBucket(set, bucket, place, placeholders),
        ...filterOf(selection, placeholders),
        ProjectionExpression: attributesOf(BUFFERED_EVENT)
          .map((name) => placeholders.path(name))
          .join(', '),
        ...placeholders.parameters(),
      });
      return { events: Items.map(bufferedEvent), ...endOf(LastEvaluatedKey) };
    },

    async count(set, bucket, selection, after) {
      const place = placeOf(selection, after);
      if (place === 'nowhere') return { events: 0 };
      const placeholders = createPlaceholders();
      const { Count = 0, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          Select: 'COUNT',
          KeyConditionExpression: inBucket(set, bucket, place, placeholders),
          ...filterOf(selection, placeholders),
          ...placeholders.parameters(),
        }),
      );
      return { events: Count, ...endOf(LastEvaluatedKey) };
    },
  });
}

type Placeholders = ReturnType<typeof createPlaceholders>;

/** Where a page is looked for: after a position, or between two places, which may be anything but positions. */
type Place = { after?: string; first?: string; last?: string };

/** DynamoDB takes one condition on the sort key, and refuses a `BETWEEN` whose ends are the wrong way round. */
function placeOf({ first: start, last }: Selection, after: string | undefined): Place | 'nowhere' {
  const goesOn = after !== undefined && (start === undefined || after >= start);
  if (goesOn && last === undefined) return { after };
  const first = goesOn ? justAfter(after) : start;
  if (first === undefined || last === undefined) {
    return { ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
  }
  return first <= last ? { first, last } : 'nowhere';
}

function inBucket(
  set: string,
  bucket: number,
  { after, first, last }: Place,
  { path, value }: Placeholders,
): string {
  const conditions = [`${path('bucket')} = ${value(bucketName(set, bucket))}`];
  const place = (position: string) => value(text().encode(position));
  if (after !== undefined) conditions.push(`${path('position')} > ${place(after)}`);
  else if (first !== undefined && last !== undefined)
    conditions.push(`${path('position')} BETWEEN ${place(first)} AND ${place(last)}`);
  else if (first !== undefined) conditions.push(`${path('position')} >= ${place(first)}`);
  else if (last !== undefined) conditions.push(`${path('position')} <= ${place(last)}`);
  return conditions.join(' AND ');
}

/** Instants are texts of one length, whose order is theirs. */
function filterOf({ sealed, late }: Selection, { path, value }: Placeholders): { FilterExpression: string } {
  const kinds = sealed ? [`attribute_not_exists(${path('late')})`] : [];
  if (late) {
    const conditions = [`attribute_exists(${path('late')})`];
    const { afterMs, upToMs } = late;
    if (afterMs !== undefined) conditions.push(`${path('receivedAt')} > ${value(instant.encode(afterMs))}`);
    if (upToMs !== undefined) conditions.push(`${path('receivedAt')} <= ${value(instant.encode(upToMs))}`);
    kinds.push(`(${conditions.join(' AND ')})`);
  }
  return { FilterExpression: kinds.join(' OR ') };
}

function endOf(lastKey: Item | undefined): { upTo?: string } {
  return lastKey ? { upTo: decodeItem(KEY, lastKey).position } : {};
}

function bufferedEvent(item: Item): BufferedEvent {
  const { position, event, late = false, duplicates = 0, receivedAtMs } = decodeItem(BUFFERED_EVENT, item);
  const json = () => {
    try {
      return event.text();
    } catch (cause) {
      throw notAsWritten(`The text of an event of ${timeOfBound(position)}`, cause);
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
