import {
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Replays } from '../core/ports';
import { END_PHASES, type ReplayRow, type RowChanges, type RowGuard } from '../core/replay/row';
import { readRow, type StoredRow } from '../core/replay/row-problems';
import { encodeItem, type Item, number, readItem, text } from './attributes';
import { writeIf } from './conditional-write';
import { createPlaceholders } from './expression';
import { REPLAY_ROW } from './replay-row';
import { tellingUnavailable } from './unavailable';

type Placeholders = ReturnType<typeof createPlaceholders>;

/** The `Replays` table: `replay` is the key. */
export function dynamoReplays({ client, table }: { client: DynamoDBClient; table: string }): Replays {
  return tellingUnavailable('DynamoDB', {
    async get(replay) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: itemKey(replay), ConsistentRead: true }),
      );
      return Item && rowIn(Item);
    },

    async create({ replay, problems: _, ...rest }) {
      const { path, value, parameters } = createPlaceholders();
      const sets = Object.entries(encodeItem(ROW_WITHOUT_KEY, rest)).map(
        ([attribute, encoded]) => `${path(attribute)} = if_not_exists(${path(attribute)}, ${value(encoded)})`,
      );
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: itemKey(replay),
          UpdateExpression: `SET ${sets.join(', ')}`,
          ReturnValues: 'ALL_NEW',
          ...parameters(),
        }),
      );
      return rowIn(Attributes ?? itemKey(replay));
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
      const scan = {
        TableName: table,
        FilterExpression: `NOT ${path('phase')} IN (${ends.join(', ')})`,
        ...parameters(),
      };
      const rows: ReplayRow[] = [];
      let from: Item | undefined;
      do {
        const page = await client.send(
          new ScanCommand({ ...scan, ...(from && { ExclusiveStartKey: from }) }),
        );
        rows.push(...(page.Items ?? []).map(rowIn));
        from = page.LastEvaluatedKey;
      } while (from);
      return rows;
    },
  });
}

const { replay: _key, ...ROW_WITHOUT_KEY } = REPLAY_ROW;

function rowIn(item: Item): ReplayRow {
  return readRow(readItem(REPLAY_ROW, item) as StoredRow);
}

function itemKey(replay: string): Item {
  return { replay: text().encode(replay) };
}

/** `undefined` where there is nothing to change: DynamoDB refuses an empty expression. */
function updateOf(changes: RowChanges, { path, value }: Placeholders): string | undefined {
  const sets: string[] = [];
  const removes: string[] = [];
  for (const key of Object.keys(changes) as (keyof RowChanges)[]) {
    const attribute = path(columnOf(key).attribute);
    if (changes[key] === undefined) removes.push(attribute);
    else sets.push(`${attribute} = ${value(encode(key, changes[key]))}`);
  }
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ];
  return clauses.length > 0 ? clauses.join(' ') : undefined;
}

function conditionOf(
  { checkpointUpTo, hasNotEnded, ...equal }: RowGuard,
  { path, value }: Placeholders,
): string {
  const conditions = [`attribute_exists(${path('replay')})`];
  for (const [key, expected] of Object.entries(equal) as [keyof RowChanges, unknown][]) {
    const attribute = path(columnOf(key).attribute);
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
  if (hasNotEnded) {
    const ends = END_PHASES.map((phase) => value(text().encode(phase)));
    conditions.push(`NOT ${path('phase')} IN (${ends.join(', ')})`);
  }
  return conditions.join(' AND ');
}

function encode(key: keyof RowChanges, value: unknown) {
  return columnOf(key).encode(value as never);
}

function columnOf(key: keyof RowChanges) {
  return REPLAY_ROW[key];
}
