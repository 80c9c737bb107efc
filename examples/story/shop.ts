import { CreateTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutRuleCommand, PutTargetsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import type { LogFields } from '../../functions/telemetry';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoReplays } from '../../src/aws/replays';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from '../../src/consumer';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../../src/local/runtime';
import type { Deployment } from './deploy';

const ORDERS_TABLE = 'Orders';
/** The live rule of `orders/serverless.yml`. */
export const LIVE_PATTERN = { source: ['shop'], 'replay-name': [{ exists: false }] };

export interface Shop {
  /** Changes when the function is deployed again. */
  orderCreated: Deployment;
  /** The steps of each order, as the table has them. */
  orders(): Promise<Map<string, string[]>>;
  /** How many live events the function has handled. */
  live(): number;
  /** How many live events it failed on three times. */
  dropped(): number;
  /** What the replay brought, in the order in which it came. */
  arrivals(): string[];
  /** How many of the replay's events the function has handled. */
  replayed(): number;
  replay(name: string): Promise<void>;
  phaseOf(replay: string): Promise<string>;
  stop(): Promise<void>;
}

/** Both stacks on one machine: Ordered Replay as it is deployed, and what `orders/serverless.yml` adds to it. */
export async function openShop(orderCreated: Deployment): Promise<Shop> {
  let live = 0;
  let dropped = 0;
  const arrivals: string[] = [];
  /** Lane by lane. */
  const handled = new Map<string, number>();
  const runtime = await startLocalRuntime({
    consumer: async (event: Partial<DynamoDBStreamEvent>, context: unknown) => {
      const answer = await shop.orderCreated.handler(event, context);
      if (!event.Records) live++;
      else if (isSuccess(answer)) count(event.Records, handled);
      return answer;
    },
    settings: { tiebreaker: 'detail.version' },
    telemetry: {
      ...silentTelemetry,
      failure: (_message: string, _error: unknown, { eventId }: LogFields) => {
        if (eventId) dropped++;
      },
    },
    arrived: (event) => {
      const { orderId } = event.detail as { orderId: string };
      arrivals.push(`${orderId} ${event['detail-type']}`);
    },
  });
  const { clients } = runtime;
  const replays = dynamoReplays({ client: clients.dynamodb, table: LOCAL.tables.replays });
  const shop: Shop = {
    orderCreated,
    orders: () => readOrders(runtime),
    live: () => live,
    dropped: () => dropped,
    arrivals: () => arrivals,
    replayed: () => [...handled.values()].reduce((sum, events) => sum + events, 0),
    replay: (name) => startReplay(runtime, name),
    phaseOf: async (replay) => (await replays.get(replay))?.phase ?? 'COLLECTING',
    stop: () => runtime.stop(),
  };
  await addOrders(runtime);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: runtime.endpoint,
    AWS_REGION: LOCAL.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    EVENT_BUS_NAME: LOCAL.busName,
    ORDERS_TABLE,
  });
  return shop;
}

function isSuccess(answer: unknown): boolean {
  return (answer as DynamoDBBatchResponse).batchItemFailures.length === 0;
}

/** A lane's offsets are without a gap. */
function count(records: DynamoDBRecord[], handled: Map<string, number>): void {
  for (const { dynamodb } of records) {
    const image = dynamodb?.NewImage as { lane: { S: string }; offset: { N: string } } | undefined;
    if (image) handled.set(image.lane.S, Number(image.offset.N) + 1);
  }
}

async function addOrders({ clients }: LocalRuntime): Promise<void> {
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: ORDERS_TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
    }),
  );
  const rule = { EventBusName: LOCAL.busName };
  const EventPattern = JSON.stringify(LIVE_PATTERN);
  await clients.eventbridge.send(new PutRuleCommand({ ...rule, Name: 'orders-live', EventPattern }));
  const Targets = [{ Id: 'orderCreated', Arn: LOCAL.consumer.arn }];
  await clients.eventbridge.send(new PutTargetsCommand({ ...rule, Rule: 'orders-live', Targets }));
}

async function startReplay({ clients }: LocalRuntime, ReplayName: string): Promise<void> {
  const now = Date.now();
  await clients.eventbridge.send(
    new StartReplayCommand({
      ReplayName,
      Description: 'After the fix: speed=max orderingKey=detail.orderId',
      EventSourceArn: LOCAL.archiveArn,
      Destination: { Arn: LOCAL.busArn },
      EventStartTime: new Date(now - 3_600_000),
      EventEndTime: new Date(now + 60_000),
    }),
  );
}

async function readOrders({ clients }: LocalRuntime): Promise<Map<string, string[]>> {
  const { Items = [] } = await clients.dynamodb.send(
    new ScanCommand({ TableName: ORDERS_TABLE, ConsistentRead: true }),
  );
  const orders = Items.map(
    ({ orderId, steps }) =>
      [orderId?.S ?? '', (steps?.L ?? []).map((step) => step.S ?? '')] as [string, string[]],
  );
  return new Map(orders.sort(([one], [other]) => one.localeCompare(other)));
}
