import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClients } from '../../src/local/clients';
import { createDynamoDb } from '../../src/local/dynamodb';
import { serve } from '../../src/local/server';
import { createTables, type TableNames, tableDefinitions } from '../../src/local/tables';

/** A DynamoDB with the three tables, empty. */
export interface DynamoDbEngine {
  client: DynamoDBClient;
  tables: TableNames;
  /** The next request of this operation has its effect, but its answer is lost. See `testOfLostAnswers`. */
  loseNextAnswer(operation: string): void;
  close(): Promise<void>;
}

/**
 * dynalite in this process, or any other engine, AWS included: name its endpoint in `DYNAMODB_ENDPOINT`, and Region
 * and credentials as the SDK expects them.
 *
 * @example
 * AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \
 *   DYNAMODB_ENDPOINT=http://127.0.0.1:8000 npx jest test/aws
 */
export async function startDynamoDb(): Promise<DynamoDbEngine> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  const engine = endpoint ? undefined : await startDynalite();
  const clients = createClients(
    engine ? { endpoint: engine.endpoint, ...LOCAL_ACCESS } : { endpoint: endpoint ?? '' },
  );
  const run = `ports-${Date.now()}-${process.pid}`;
  const tables = {
    eventBuffer: `${run}-event-buffer`,
    replays: `${run}-replays`,
    orderedEvents: `${run}-ordered-events`,
  };
  await createTables(clients.dynamodb, tables);
  return {
    client: clients.dynamodb,
    tables,
    loseNextAnswer(operation) {
      if (!engine) throw new Error('Only dynalite runs in this process, where answers can be lost.');
      engine.loseNextAnswer(operation);
    },
    async close() {
      for (const { TableName } of tableDefinitions(tables)) {
        await clients.dynamodb.send(new DeleteTableCommand({ TableName }));
      }
      clients.destroy();
      await engine?.close();
    },
  };
}

/** Skipped on other engines than dynalite: answers can be lost on purpose only in this process. */
export const testOfLostAnswers = process.env.DYNAMODB_ENDPOINT ? test.skip : test;

/** Local engines take any. */
export const LOCAL_ACCESS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

async function startDynalite() {
  const dynamodb = createDynamoDb(new Map());
  const losing: string[] = [];
  const { endpoint, close } = await serve([], (request, response) => {
    const lost = losing.findIndex((operation) =>
      request.headers['x-amz-target']?.toString().endsWith(`.${operation}`),
    );
    if (lost >= 0) {
      losing.splice(lost, 1);
      response.end = () => {
        response.socket?.destroy();
        return response;
      };
    }
    dynamodb(request, response);
  });
  return { endpoint, close, loseNextAnswer: (operation: string) => void losing.push(operation) };
}
