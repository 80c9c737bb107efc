import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type JsonObject } from '../core/json';
import type { Engine } from './dynamodb-engine';
import { parseJson } from './json-body';

/**
 * `ReturnValuesOnConditionCheckFailure` for an engine that ignores it, as dynalite does: where a condition fails and
 * the caller asked for the old item, it is read and sent along.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 *
 * Of two writes at the same moment the item may be the other's: one that is newer than what the condition saw.
 */
export function withOldItems(engine: Engine): Engine {
  const keyNames = new Map<string, Promise<string[]>>();

  async function ask(
    headers: IncomingHttpHeaders,
    operation: string,
    input: JsonObject,
  ): Promise<JsonObject> {
    const answer = await engine(
      { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      JSON.stringify(input),
    );
    return parseJson(answer.body);
  }

  async function readKeyNames(headers: IncomingHttpHeaders, TableName: unknown): Promise<string[]> {
    const { Table } = await ask(headers, 'DescribeTable', { TableName });
    return (Table as { KeySchema: { AttributeName: string }[] }).KeySchema.map((key) => key.AttributeName);
  }

  /** A put names its key among the item's other attributes. */
  async function keyOf(headers: IncomingHttpHeaders, { TableName, Key, Item }: JsonObject): Promise<unknown> {
    if (!isObject(Item)) return Key;
    const table = String(TableName);
    const names = keyNames.get(table) ?? readKeyNames(headers, table);
    keyNames.set(table, names);
    return Object.fromEntries((await names).map((name) => [name, Item[name]]));
  }

  return async (headers, body) => {
    const answer = await engine(headers, body);
    if (answer.status !== 400 || !answer.body.includes('ConditionalCheckFailedException')) return answer;
    const input = parseJson(body);
    if (input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return answer;
    const { TableName } = input;
    const Key = await keyOf(headers, input);
    const { Item } = await ask(headers, 'GetItem', { TableName, Key, ConsistentRead: true });
    return {
      ...answer,
      body: JSON.stringify({ ...parseJson(answer.body), ...(isObject(Item) && { Item }) }),
    };
  };
}
