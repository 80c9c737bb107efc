import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type PutItemCommand,
  type UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes';
import { createPlaceholders } from './expression';

/** False where the condition does not hold. */
export async function writeIf(
  client: DynamoDBClient,
  command: PutItemCommand | UpdateItemCommand,
): Promise<boolean> {
  return (await failureOf(client, command)) === undefined;
}

/**
 * @param command Asks for the old item by `ReturnValuesOnConditionCheckFailure`.
 * @param existing Where the item is, and which of its attributes are wanted.
 * @returns `undefined` where the condition holds, else the item that is there.
 */
export async function writeOrFind(
  client: DynamoDBClient,
  command: PutItemCommand | UpdateItemCommand,
  existing: { key: Item; attributes: readonly string[] },
): Promise<Item | undefined> {
  const failure = await failureOf(client, command);
  if (!failure || failure.Item) return failure?.Item;
  // DynamoDB sends the item along; dynalite does not, and only where it runs is anybody allowed to read it. What is
  // read later is at least as new, and serves as well.
  const expression = createPlaceholders();
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: command.input.TableName,
      Key: existing.key,
      ConsistentRead: true,
      ProjectionExpression: existing.attributes.map((attribute) => expression.path(attribute)).join(', '),
      ...expression.parameters(),
    }),
  );
  // Gone in between: nothing is known of it, and a retry will find out.
  if (!Item) throw failure;
  return Item;
}

async function failureOf(
  client: DynamoDBClient,
  command: PutItemCommand | UpdateItemCommand,
): Promise<ConditionalCheckFailedException | undefined> {
  try {
    await client.send(command as PutItemCommand);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error;
    throw error;
  }
}
