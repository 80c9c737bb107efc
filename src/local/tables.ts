import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

export interface TableNames {
  eventBuffer: string;
  replays: string;
  orderedEvents: string;
}

const TABLE_READY_WITHIN_S = 60;

/** The three tables, as the stack's template defines them. */
export function tableDefinitions(names: TableNames): CreateTableCommandInput[] {
  return [
    tableDefinition(names.eventBuffer, 'bucket', 'position'),
    tableDefinition(names.replays, 'replay'),
    {
      ...tableDefinition(names.orderedEvents, 'lane'),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    },
  ];
}

/** Creates the tables for the local runtime and for tests; on AWS the stack has them. Leaves existing ones alone. */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all(
    tableDefinitions(names).map(async (definition) => {
      try {
        await client.send(new CreateTableCommand(definition));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
      await waitUntilTableExists(
        { client, minDelay: 1, maxDelay: 2, maxWaitTime: TABLE_READY_WITHIN_S },
        { TableName: definition.TableName },
      );
    }),
  );
}

function tableDefinition(table: string, ...keys: [string] | [string, string]): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keys.map((key, index) => ({ AttributeName: key, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  };
}
