import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoCommands } from '../../src/aws/commands';
import { dynamoReplays } from '../../src/aws/replays';
import { memoryCommands } from '../fakes/commands';
import { memoryReplays } from '../fakes/replays';
import { commandsSuite } from './commands.suite';
import { startDynamoDb } from './dynamodb-engine';

jest.setTimeout(60_000);

describe('the commands in memory', () => {
  commandsSuite(async () => {
    const replays = memoryReplays();
    return {
      replays,
      commands: memoryCommands(replays),
      async type(run, command) {
        const row = replays.row(run) as unknown as Record<string, unknown>;
        if (command === undefined) delete row.command;
        else row.command = command;
      },
      close: async () => undefined,
    };
  });
});

describe('the commands on DynamoDB', () => {
  commandsSuite(async () => {
    const engine = await startDynamoDb();
    const { client, tables } = engine;
    return {
      replays: dynamoReplays({ client, table: tables.replays }),
      commands: dynamoCommands({ client, table: tables.replays }),
      async type(run, command) {
        await client.send(
          new UpdateItemCommand({
            TableName: tables.replays,
            Key: { replay: { S: run } },
            ...(command === undefined
              ? { UpdateExpression: 'REMOVE command' }
              : {
                  UpdateExpression: 'SET command = :c',
                  ExpressionAttributeValues: { ':c': { S: command } },
                }),
          }),
        );
      },
      close: () => engine.close(),
    };
  });
});
