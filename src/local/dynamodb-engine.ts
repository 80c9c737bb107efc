import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { isObject, type JsonObject } from '../core/json';
import { parseJson } from './json-body';

/** Answers one request of the DynamoDB protocol. */
export type Engine = (
  headers: IncomingHttpHeaders,
  body: string,
) => Promise<{ status: number; body: string }>;

/** DynamoDB by dynalite, which answers a failed condition with the old item as DynamoDB does. */
export function createEngine(): Engine {
  return withOldItems(createDynalite());
}

/**
 * dynalite, called without a connection of its own: it would end the process when a client breaks off a request, and
 * be a second port to guard.
 */
function createDynalite(): Engine {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  return (headers, body) =>
    new Promise((resolve) => {
      const request = Object.assign(Readable.from([Buffer.from(body)]), {
        method: 'POST',
        url: '/',
        headers,
      });
      const response = {
        statusCode: 200,
        setHeader: () => undefined,
        end: (text = '') => resolve({ status: response.statusCode, body: text }),
      };
      engine.emit('request', request, response);
    });
}

/**
 * `ReturnValuesOnConditionCheckFailure`, which dynalite ignores: if a condition fails and the caller asked for the old
 * item, it is read and sent along.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 *
 * Of two writes at the same moment the item may be the other's: one that is newer than what the condition saw.
 */
function withOldItems(engine: Engine): Engine {
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
