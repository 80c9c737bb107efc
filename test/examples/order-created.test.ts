import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { breakFieldName, type Deployment, deploy } from '../../examples/story/deploy';
import type { DynamoDBBatchResponse, ReplayableEvent } from '../../src/consumer';
import { createDynamoDb } from '../../src/local/dynamodb';
import { type LocalServer, serve } from '../../src/local/server';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';
import { contextWith, orderEvent, REPLAY, sequenceNumberOf, streamOf } from '../support/stream-batch';

/** The example's consumer, bundled as it is deployed, on a real table. */

const TableName = 'Orders';
const STEPS = ['OrderCreated', 'OrderPaid', 'OrderShipped'];
const environment = { ...process.env };

let server: LocalServer;
let client: DynamoDBClient;
let orderCreated: Deployment;

beforeAll(async () => {
  server = await serve([], createDynamoDb(new Map()));
  const { endpoint } = server;
  client = new DynamoDBClient({ endpoint, ...LOCAL_ACCESS });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
    }),
  );
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ORDERS_TABLE: TableName,
  });
  for (const level of ['log', 'error'] as const) jest.spyOn(console, level).mockImplementation();
  orderCreated = await deploy('order-created');
}, 60_000);

afterAll(async () => {
  process.env = environment;
  client.destroy();
  await server.close();
});

function live(orderId: string, version: number): ReplayableEvent {
  return {
    ...orderEvent(version),
    id: `${orderId}-${version}`,
    'detail-type': STEPS[version - 1] ?? '',
    detail: { orderId, version } as never,
  };
}

async function stepsOf(orderId: string): Promise<(string | undefined)[]> {
  const Key = { orderId: { S: orderId } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return (Item?.steps?.L ?? []).map((step) => step.S);
}

const handle = (event: unknown) => orderCreated.handler(event, contextWith());
const batchOf = (orderId: string, ...versions: number[]) =>
  streamOf(versions.map((version) => ({ orderingKey: orderId, events: [live(orderId, version)] })));

test('a live event that comes twice is one step', async () => {
  for (const version of [1, 1, 2, 1, 2]) await handle(live('twice', version));
  expect(await stepsOf('twice')).toEqual(['OrderCreated (live)', 'OrderPaid (live)']);
});

test('a live event that comes before its turn fails, so that Lambda tries it again', async () => {
  await expect(handle(live('early', 2))).rejects.toThrow(
    'Order early is at version 0: version 2 came too early.',
  );
  await handle(live('early', 1));
  await handle(live('early', 2));
  expect(await stepsOf('early')).toEqual(['OrderCreated (live)', 'OrderPaid (live)']);
});

test('a replay goes on where the live events ended, and leaves alone what they did', async () => {
  await handle(live('half', 1));
  expect(await handle(batchOf('half', 1, 2, 3))).toEqual({ batchItemFailures: [] });
  expect(await stepsOf('half')).toEqual([
    'OrderCreated (live)',
    `OrderPaid (${REPLAY}, offset 1)`,
    `OrderShipped (${REPLAY}, offset 2)`,
  ]);
});

test('a record that Lambda delivers again changes nothing', async () => {
  const batch = batchOf('again', 1, 2, 3);
  await handle(batch);
  const steps = await stepsOf('again');
  expect(await handle(batch)).toEqual({ batchItemFailures: [] });
  expect(steps).toHaveLength(3);
  expect(await stepsOf('again')).toEqual(steps);
});

test('R2: events out of order would end the batch, and are not handled', async () => {
  const batch = batchOf('scrambled', 1, 3, 2);
  const { batchItemFailures } = (await handle(batch)) as DynamoDBBatchResponse;
  expect(batchItemFailures).toEqual([{ itemIdentifier: sequenceNumberOf(batch.Records[1]) }]);
  expect(await stepsOf('scrambled')).toEqual([`OrderCreated (${REPLAY}, offset 0)`]);
});

test('with the field name broken, every event fails', async () => {
  const broken = await deploy('order-created', breakFieldName);
  await expect(broken.handler(live('lost', 1), contextWith())).rejects.toThrow();
  expect(await stepsOf('lost')).toEqual([]);
});
