import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Replays } from '../core/ports';
import { type Command, WISH_NAMES } from '../core/replay/command';
import type { ReplayRow, RowChanges, RowGuard } from '../core/replay/row';
import { readRow, type StoredRow } from '../core/replay/row-problems';
import { encodeItem, encodeTyped, type Item, number, readItem, text } from './attributes';
import { writeIf } from './conditional-write';
import { createPlaceholders, equals, type Placeholders, updateOf } from './expression';
import { isUnderWay, REPLAY_ROW } from './replay-row';
import { tellingUnavailable } from './unavailable';

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
        UpdateExpression: expressionOf(changes, placeholders),
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
      const placeholders = createPlaceholders();
      const { path, value } = placeholders;
      const scan = {
        TableName: table,
        // The histories are items of the same table.
        FilterExpression: `${isUnderWay(placeholders)} AND NOT contains(${path('replay')}, ${value({ S: '#' })})`,
        ...placeholders.parameters(),
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

function expressionOf(changes: RowChanges, placeholders: Placeholders): string | undefined {
  const keys = Object.keys(changes) as (keyof RowChanges)[];
  return updateOf(
    keys.map((key) => [placeholders.path(columnOf(key).attribute), encodeIfAny(key, changes[key])]),
    placeholders,
  );
}

function conditionOf(guard: RowGuard, placeholders: Placeholders): string {
  const { checkpointUpTo, hasNoCheckpoint, hasNotEnded, commandAsRead, ...rest } = guard;
  const { planN, ...equal } = rest;
  const { path, value } = placeholders;
  const conditions = [`attribute_exists(${path('replay')})`];
  for (const [key, expected] of Object.entries(equal) as [keyof RowChanges, unknown][]) {
    conditions.push(equals(path(columnOf(key).attribute), encodeIfAny(key, expected), placeholders));
  }
  if (checkpointUpTo !== undefined) {
    const upTo = value(text().encode(checkpointUpTo));
    conditions.push(
      `(attribute_not_exists(${path('checkpoint')}) OR ${path('checkpoint', 'position')} <= ${upTo})`,
    );
  }
  if (hasNoCheckpoint) conditions.push(`attribute_not_exists(${path('checkpoint')})`);
  if ('planN' in rest) {
    const n = planN === undefined ? undefined : number.encode(planN);
    conditions.push(equals(path('plan', 'n'), n, placeholders));
  }
  if (commandAsRead) conditions.push(...asReadConditions(commandAsRead, placeholders));
  if (hasNotEnded) conditions.push(isUnderWay(placeholders));
  return conditions.join(' AND ');
}

/** Field by field: not every engine compares maps. What is no field of it may have any name, and means nothing. */
function asReadConditions(command: Command, { path, value }: Placeholders): string[] {
  return WISH_NAMES.map((name) => {
    const field = path('command', name);
    if (!(name in command)) return `attribute_not_exists(${field})`;
    const typed = encodeTyped(command[name]);
    const [type] = Object.keys(typed) as [string];
    // Nobody can mean anything by a map or a list, so it matters only that it is still one.
    if (!['S', 'N', 'BOOL', 'NULL'].includes(type)) {
      return `attribute_type(${field}, ${value(text().encode(type))})`;
    }
    return `${field} = ${value(typed)}`;
  });
}

function encodeIfAny(key: keyof RowChanges, value: unknown): AttributeValue | undefined {
  return value === undefined ? undefined : columnOf(key).encode(value as never);
}

function columnOf(key: keyof RowChanges) {
  return REPLAY_ROW[key];
}
