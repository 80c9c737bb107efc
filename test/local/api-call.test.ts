import {
  BatchWriteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeReplayCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { ApiCall } from '../../src/local/api-call';
import { AwsError } from '../../src/local/aws-error';
import { type Clients, createClients } from '../../src/local/clients';
import { createDynamoDb } from '../../src/local/dynamodb';
import { LocalQueue } from '../../src/local/queue';
import { queueService } from '../../src/local/queue-service';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalServer, serve } from '../../src/local/server';
import { TableStream } from '../../src/local/stream';
import { createTables } from '../../src/local/tables';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';

const { eventBuffer, orderedEvents } = LOCAL.tables;

let server: LocalServer;
let clients: Clients;
let calls: ApiCall[];
let isDenied: boolean;

function authorize(call: ApiCall): void {
  calls.push(call);
  if (isDenied) throw new AwsError('AccessDeniedException', `Not ${call.action}`);
}

/** Answers whatever it is asked; that a call arrives is enough. */
const answering = (targetPrefix: string, ...operations: string[]) => ({
  targetPrefix,
  operations: Object.fromEntries(operations.map((operation) => [operation, () => ({})])),
});

beforeAll(async () => {
  const stream = new TableStream(orderedEvents, LOCAL.streamArn, LOCAL.region);
  const overflow = new LocalQueue({ ...LOCAL.overflow, visibilityTimeoutMs: 0 });
  server = await serve(
    [
      answering('AWSEvents', 'DescribeReplay', 'ListRules'),
      answering('AWSStepFunctions', 'StartExecution'),
      queueService([overflow]),
    ],
    createDynamoDb(new Map([[stream.arn, stream]]), authorize),
    undefined,
    authorize,
  );
  const credentials = { ...LOCAL_ACCESS.credentials, accessKeyId: 'SomeRole' };
  clients = createClients({ endpoint: server.endpoint, ...LOCAL_ACCESS, credentials });
  calls = [];
  isDenied = false;
  await createTables(clients.dynamodb, LOCAL.tables);
});
afterAll(async () => {
  clients.destroy();
  await server.close();
});
beforeEach(() => {
  calls = [];
  isDenied = false;
});

const put = (position: string, event: string) =>
  new PutItemCommand({
    TableName: eventBuffer,
    Item: { bucket: { S: 'r#0' }, position: { S: position }, event: { S: event } },
    ConditionExpression: 'attribute_not_exists(event)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
const append = (offset: number) =>
  new UpdateItemCommand({
    TableName: orderedEvents,
    Key: { lane: { S: 'r#' } },
    UpdateExpression: 'SET seen = :offset',
    ConditionExpression: 'attribute_not_exists(seen) OR seen < :offset',
    ExpressionAttributeValues: { ':offset': { N: String(offset) } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });

describe('each call is told with its caller, IAM action and resource', () => {
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${LOCAL.region}:${LOCAL.account}:${resource}`;

  test.each<[string, () => Promise<unknown>, string[]]>([
    [
      'dynamodb:PutItem',
      () => clients.dynamodb.send(put('p0', 'a')),
      [arn('dynamodb', `table/${eventBuffer}`)],
    ],
    [
      'dynamodb:BatchWriteItem',
      () => clients.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { A: [], B: [] } })),
      [arn('dynamodb', 'table/A'), arn('dynamodb', 'table/B')],
    ],
    [
      'sqs:GetQueueAttributes',
      () => clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl: LOCAL.overflow.url })),
      [LOCAL.overflow.arn],
    ],
    [
      'states:StartExecution',
      () => clients.sfn.send(new StartExecutionCommand({ stateMachineArn: LOCAL.sequenceMachineArn })),
      [LOCAL.sequenceMachineArn],
    ],
    [
      'events:DescribeReplay',
      () => clients.eventbridge.send(new DescribeReplayCommand({ ReplayName: 'tuesday' })),
      [arn('events', 'replay/tuesday')],
    ],
    // What it is about cannot be told, so no grant that names a resource allows it.
    ['events:ListRules', () => clients.eventbridge.send(new ListRulesCommand({})), ['*']],
  ])('%s', async (action, send, resources) => {
    await send().catch(() => undefined);
    expect(calls).toEqual(resources.map((resource) => ({ principal: 'SomeRole', action, resource })));
  });
});

test('a call that is denied has no effect, and its client is told', async () => {
  isDenied = true;
  await expect(clients.dynamodb.send(put('p1', 'a'))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: 'Not dynamodb:PutItem',
  });
  const attributes = new GetQueueAttributesCommand({ QueueUrl: LOCAL.overflow.url });
  await expect(clients.sqs.send(attributes)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  isDenied = false;
  const Key = { bucket: { S: 'r#0' }, position: { S: 'p1' } };
  const { Item } = await clients.dynamodb.send(new GetItemCommand({ TableName: eventBuffer, Key }));
  expect(Item).toBeUndefined();
});

describe('a condition that fails sends the old item along, as DynamoDB does and dynalite does not', () => {
  test('of a put', async () => {
    await clients.dynamodb.send(put('p2', 'first'));
    await expect(clients.dynamodb.send(put('p2', 'second'))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { bucket: { S: 'r#0' }, position: { S: 'p2' }, event: { S: 'first' } },
    });
  });

  test('of an update of a streamed table', async () => {
    await clients.dynamodb.send(append(2));
    await expect(clients.dynamodb.send(append(1))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { lane: { S: 'r#' }, seen: { N: '2' } },
    });
  });

  test('in the name of nobody: the caller reads nothing', async () => {
    await clients.dynamodb.send(append(1)).catch(() => undefined);
    expect(calls.map(({ action }) => action)).toEqual(['dynamodb:UpdateItem']);
  });

  test('unless it was not asked for', async () => {
    const { input } = append(1);
    const { ReturnValuesOnConditionCheckFailure: _, ...silent } = input;
    const error = await clients.dynamodb.send(new UpdateItemCommand(silent)).catch((failed) => failed);
    expect(error).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(error.Item).toBeUndefined();
  });
});
