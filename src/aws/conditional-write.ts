import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type PutItemCommand,
  type UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes';

/** False where the condition does not hold. */
export async function writeIf(
  client: DynamoDBClient,
  command: PutItemCommand | UpdateItemCommand,
  options?: { abortSignal: AbortSignal },
): Promise<boolean> {
  return (await failureOf(client, command, options)) === undefined;
}

/**
 * @param command Asks for the old item by `ReturnValuesOnConditionCheckFailure`.
 * @returns `undefined` where the condition holds, else the item that is there.
 * @throws the failure if no item came along: nothing is known then, and a retry will find out.
 */
export async function writeOrFind(
  client: DynamoDBClient,
  command: PutItemCommand | UpdateItemCommand,
): Promise<Item | undefined> {
  const failure = await failureOf(client, command);
  if (failure && !failure.Item) throw failure;
  return failure?.Item;
}

async function failureOf(
  client: DynamoDBClient,
  command: PutItemCommand | UpdateItemCommand,
  options?: { abortSignal: AbortSignal },
): Promise<ConditionalCheckFailedException | undefined> {
  try {
    await client.send(command as PutItemCommand, options);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error;
    throw error;
  }
}
