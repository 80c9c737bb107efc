import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Item, readItem } from '../../src/aws/attributes';
import { REPLAY_ROW } from '../../src/aws/replay-row';
import { dynamoReplays } from '../../src/aws/replays';
import { memoryReplays } from '../fakes/replays';
import { REPLAY } from '../support/events';
import { type DynamoDbEngine, startDynamoDb } from './dynamodb-engine';
import { handEditsSuite, type TableByHand } from './hand-edits.suite';

jest.setTimeout(120_000);

describe('a row in memory', () => {
  handEditsSuite(async () => inMemory(), 500);
});

describe('a row on DynamoDB', () => {
  let engine: DynamoDbEngine;
  afterAll(() => engine.close());

  handEditsSuite(async () => {
    engine = await startDynamoDb();
    return onDynamoDb(engine);
  }, 40);
});

/** What a person types is read as the adapter reads it. */
function inMemory(): TableByHand {
  const replays = memoryReplays({ recordCalls: false });
  const columns = Object.entries(REPLAY_ROW);
  /** What was typed last, as it is read and as it was typed. */
  let typed: { value: unknown; as: Item[string] } | undefined;
  const row = () => replays.row(REPLAY) as unknown as Record<string, unknown>;
  return {
    replays,
    async item() {
      const item: Item = {};
      for (const [key, { attribute, encode }] of columns) {
        const value = row()[key];
        if (value === undefined) continue;
        item[attribute] = typed && value === typed.value ? typed.as : encode(value as never);
      }
      return item;
    },
    async put(attribute, as) {
      const key = columns.find(([, column]) => column.attribute === attribute)?.[0] ?? '';
      typed = as && { value: readItem(REPLAY_ROW, { [attribute]: as })[key], as };
      if (typed) row()[key] = typed.value;
      else delete row()[key];
    },
    async clear() {
      typed = undefined;
      replays.type({ replay: REPLAY });
    },
  };
}

function onDynamoDb({ client, tables }: DynamoDbEngine): TableByHand {
  const TableName = tables.replays;
  const Key = { replay: { S: REPLAY } };
  const item = async (): Promise<Item> =>
    (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item ?? Key;
  return {
    replays: dynamoReplays({ client, table: TableName }),
    item,
    async put(attribute, value) {
      const { [attribute]: _, ...rest } = await item();
      const Item = { ...rest, ...(value && { [attribute]: value }) };
      await client.send(new PutItemCommand({ TableName, Item }));
    },
    async clear() {
      await client.send(new DeleteItemCommand({ TableName, Key }));
    },
  };
}
