import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

interface Step {
  orderId: string;
  version: number;
  /** What is written down of it. */
  note: string;
}

/**
 * Takes an order one step further, if that is its next. An event may come twice, live or in a replay or once in each:
 * a step that was taken before is left as it is.
 *
 * @throws where a step before this one is missing. The event then comes again; until it succeeds, an ordered replay
 * delivers nothing that comes after it.
 */
export async function takeStep(step: Step): Promise<'taken' | 'known'> {
  try {
    await append(step);
    return 'taken';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  const { orderId, version } = step;
  const last = await lastVersion(orderId);
  if (last >= version) return 'known';
  throw new Error(`Order ${orderId} is at version ${last}: version ${version} came too early.`);
}

async function append({ orderId, version, note }: Step): Promise<void> {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: process.env.ORDERS_TABLE,
      Key: { orderId: { S: orderId } },
      UpdateExpression: 'SET lastVersion = :version, steps = list_append(if_not_exists(steps, :none), :step)',
      // The first step makes the item, each other one follows the one before.
      ConditionExpression: version === 1 ? 'attribute_not_exists(orderId)' : 'lastVersion = :before',
      ExpressionAttributeValues: {
        ':version': { N: String(version) },
        ':none': { L: [] },
        ':step': { L: [{ S: note }] },
        ...(version > 1 && { ':before': { N: String(version - 1) } }),
      },
    }),
  );
}

async function lastVersion(orderId: string): Promise<number> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: process.env.ORDERS_TABLE,
      Key: { orderId: { S: orderId } },
      ConsistentRead: true,
    }),
  );
  return Number(Item?.lastVersion?.N ?? 0);
}
