import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { createTables, tableDefinitions } from '../../src/local/tables';
import { type DynamoDbEngine, startDynamoDb } from '../aws/dynamodb-engine';

/** Other engines than dynalite may be far away. */
jest.setTimeout(60_000);

describe('the tables', () => {
  let engine: DynamoDbEngine;
  beforeAll(async () => {
    engine = await startDynamoDb();
  });
  afterAll(() => engine.close());

  test('created again, they are left as they are', async () => {
    const described = async () => {
      const { Table } = await engine.client.send(
        new DescribeTableCommand({ TableName: engine.tables.replays }),
      );
      return Table?.TableId ?? Table?.CreationDateTime;
    };
    const before = await described();
    await createTables(engine.client, engine.tables);
    expect(await described()).toEqual(before);
  });

  test('have the keys that their adapters use, and a stream on the ordered events only', () => {
    const names = { eventBuffer: 'EventBuffer', replays: 'Replays', orderedEvents: 'OrderedEvents' };
    const definitions = tableDefinitions(names);
    expect(
      definitions.map(({ TableName, KeySchema, StreamSpecification }) => [
        TableName,
        KeySchema?.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`),
        StreamSpecification?.StreamViewType,
      ]),
    ).toEqual([
      ['EventBuffer', ['bucket HASH', 'position RANGE'], undefined],
      ['Replays', ['replay HASH'], undefined],
      ['OrderedEvents', ['lane HASH'], 'NEW_IMAGE'],
    ]);
    expect(new Set(definitions.map(({ BillingMode }) => BillingMode))).toEqual(new Set(['PAY_PER_REQUEST']));
  });
});
