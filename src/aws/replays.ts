import {
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Replays } from '../core/ports';
import { type Command, WISH_NAMES } from '../core/replay/command';
import { END_PHASES, type ReplayRow, type RowChanges, type RowGuard } from '../core/replay/row';
import { readRow, type StoredRow } from '../core/replay/row-problems';
import { encodeItem, encodeTyped, type Item, number, readItem, text } from './attributes';
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
        // The histories are items of the same table.
        FilterExpression: `NOT ${path('phase')} IN (${ends.join(', ')}) AND NOT contains(${path('replay')}, ${value({ S: '#' })})`,
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

function conditionOf(guard: RowGuard, placeholders: Placeholders): string {
  const { checkpointUpTo, hasNoCheckpoint, hasNotEnded, commandAsRead, ...rest } = guard;
  const { planN, ...equal } = rest;
  const { path, value } = placeholders;
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
  if (hasNoCheckpoint) conditions.push(`attribute_not_exists(${path('checkpoint')})`);
  if ('planN' in rest) {
    const n = path('plan', 'n');
    conditions.push(
      planN === undefined ? `attribute_not_exists(${n})` : `${n} = ${value(number.encode(planN))}`,
    );
  }
  if (commandAsRead) conditions.push(...asReadConditions(commandAsRead, placeholders));
  if (hasNotEnded) {
    const ends = END_PHASES.map((phase) => value(text().encode(phase)));
    conditions.push(`NOT ${path('phase')} IN (${ends.join(', ')})`);
  }
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

function encode(key: keyof RowChanges, value: unknown) {
  return columnOf(key).encode(value as never);
}

function columnOf(key: keyof RowChanges) {
  return REPLAY_ROW[key];
}
