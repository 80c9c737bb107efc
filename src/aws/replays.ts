import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Replays } from '../core/ports';
import { END_PHASES, type ReplayRow, type RowChanges, type RowGuard } from '../core/replay/row';
import { decodeItem, encodeItem, type Item, number, text } from './attributes';
import { writeIf } from './conditional-write';
import { createPlaceholders } from './expression';
import { REPLAY_ROW } from './replay-row';

type Placeholders = ReturnType<typeof createPlaceholders>;

/** The `Replays` table: `replay` is the key. */
export function dynamoReplays({ client, table }: { client: DynamoDBClient; table: string }): Replays {
  return {
    async get(replay) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: itemKey(replay), ConsistentRead: true }),
      );
      return Item && decodeItem(REPLAY_ROW, Item);
    },

    create(row) {
      const { path, parameters } = createPlaceholders();
      const put = new PutItemCommand({
        TableName: table,
        Item: encodeItem(REPLAY_ROW, row),
        ConditionExpression: `attribute_not_exists(${path('replay')})`,
        ...parameters(),
      });
      return writeIf(client, put);
    },

    save(replay, changes, guard) {
      const placeholders = createPlaceholders();
      const update = new UpdateItemCommand({
        TableName: table,
        Key: itemKey(replay),
        UpdateExpression: updateOf(changes, placeholders),
        ConditionExpression: conditionOf(guard, placeholders),
        ...placeholders.parameters(),
      });
      return writeIf(client, update);
    },

    async addLate(replay) {
      const { path, value, parameters } = createPlaceholders();
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: itemKey(replay),
          UpdateExpression: `ADD ${path('late')} ${value(number.encode(1))}`,
          // An update would otherwise make a row that has nothing but this count.
          ConditionExpression: `attribute_exists(${path('replay')})`,
          ...parameters(),
        }),
      );
    },

    async notEnded() {
      const { path, value, parameters } = createPlaceholders();
      const ends = END_PHASES.map((phase) => value(text().encode(phase)));
      const FilterExpression = `NOT ${path('phase')} IN (${ends.join(', ')})`;
      const found: Awaited<ReturnType<Replays['notEnded']>> = { rows: [], unreadable: [] };
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await client.send(
          new ScanCommand({
            TableName: table,
            FilterExpression,
            ...parameters(),
            ...(ExclusiveStartKey && { ExclusiveStartKey }),
          }),
        );
        for (const item of page.Items ?? []) {
          try {
            found.rows.push(decodeItem(REPLAY_ROW, item));
          } catch {
            found.unreadable.push(item.replay?.S ?? '');
          }
        }
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    },
  };
}

function itemKey(replay: string): Item {
  return { replay: text().encode(replay) };
}

/** `undefined` where there is nothing to change: DynamoDB refuses an empty expression. */
function updateOf(changes: RowChanges, { path, value }: Placeholders): string | undefined {
  const sets: string[] = [];
  const removes: string[] = [];
  for (const key of Object.keys(changes) as (keyof RowChanges)[]) {
    const attribute = path(REPLAY_ROW[key].attribute);
    if (changes[key] === undefined) removes.push(attribute);
    else sets.push(`${attribute} = ${value(encode(key, changes[key]))}`);
  }
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ];
  return clauses.length > 0 ? clauses.join(' ') : undefined;
}

function conditionOf({ checkpointUpTo, ...equal }: RowGuard, { path, value }: Placeholders): string {
  const conditions = [`attribute_exists(${path('replay')})`];
  for (const [key, expected] of Object.entries(equal) as [keyof ReplayRow, unknown][]) {
    const attribute = path(REPLAY_ROW[key].attribute);
    conditions.push(
      expected === undefined
        ? `attribute_not_exists(${attribute})`
        : `${attribute} = ${value(encode(key, expected))}`,
    );
  }
  if (checkpointUpTo !== undefined) {
    const upTo = value(text().encode(checkpointUpTo));
    conditions.push(
      `(attribute_not_exists(${path('checkpoint')}) OR ${path('checkpoint', 'position')} <= ${upTo})`,
    );
  }
  return conditions.join(' AND ');
}

function encode(key: keyof ReplayRow, value: unknown) {
  return REPLAY_ROW[key].encode(value as never);
}
