import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import { inject } from 'light-my-request';
import { isObject, type JsonObject } from '../core/event';
import { invalidParameter } from './aws-error';
import { answerError, answerText, readJson } from './json-body';
import type { Item, TableStream } from './stream';

const WRITES = /\.(UpdateItem|PutItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

interface Write {
  headers: IncomingMessage['headers'];
  operation: string;
  input: JsonObject;
}
type WriteToEngine = (write: Write) => Promise<{ statusCode: number; body: string }>;

/**
 * DynamoDB by dynalite, with the stream that dynalite has not: writes to a streamed table are made one at a time
 * for each item, and each one's new image goes to the stream before its answer goes to the caller, so the records
 * of an item come in the order of its changes.
 *
 * It does not listen by itself and keeps everything in memory, so there is nothing to close.
 */
export function createDynamoDb(streams: Map<string, TableStream>): RequestListener {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const toEngine: RequestListener = (request, response) => void engine.emit('request', request, response);
  const inTurn = createTurns();

  const write: WriteToEngine = async ({ headers, operation, input }) => {
    const { 'content-length': _, ...others } = headers;
    const { statusCode, body } = await inject(toEngine as never, {
      method: 'POST',
      url: '/',
      headers: { ...(others as Record<string, string>), 'x-amz-target': `DynamoDB_20120810.${operation}` },
      payload: JSON.stringify(input),
    });
    return { statusCode, body };
  };

  async function tapped(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = request;
    const operation = String(headers['x-amz-target']).split('.')[1] as string;
    const input = await readJson(request);
    const tables = tablesOf(input);
    const stream = [...streams.values()].find(({ table }) => tables.includes(table));
    const answer = stream
      ? await inTurn(`${stream.table}/${JSON.stringify(input.Key)}`, () =>
          writeAndStream(write, { headers, operation, input }, stream),
        )
      : await write({ headers, operation, input });
    answerText(response, answer.statusCode, answer.body);
  }

  return (request, response) => {
    if (!WRITES.test(String(request.headers['x-amz-target']))) return toEngine(request, response);
    tapped(request, response).catch((error: unknown) => answerError(response, error));
  };
}

/** Runs what has the same key one after the other, whatever became of the one before. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(run, run);
    last.set(key, turn);
    const forget = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  };
}

/** The tables that a write is about: of one item, of a batch, of a transaction. */
function tablesOf({ TableName, RequestItems, TransactItems }: JsonObject): unknown[] {
  const batch = isObject(RequestItems) ? Object.keys(RequestItems) : [];
  const transaction = (Array.isArray(TransactItems) ? TransactItems : [])
    .filter(isObject)
    .flatMap((item) => Object.values(item).map((action) => isObject(action) && action.TableName));
  return [TableName, ...batch, ...transaction];
}

async function writeAndStream(write: WriteToEngine, request: Write, stream: TableStream) {
  const { operation, input } = request;
  if (operation !== 'UpdateItem') {
    throw invalidParameter(
      `The local runtime streams UpdateItem only; ${operation} on ${stream.table} would miss the stream.`,
    );
  }
  const wanted = input.ReturnValues ?? 'NONE';
  if (wanted !== 'NONE' && wanted !== 'ALL_NEW') {
    throw invalidParameter(`ReturnValues ${wanted} is not supported on ${stream.table} here.`);
  }
  const answer = await write({ ...request, input: { ...input, ReturnValues: 'ALL_NEW' } });
  if (answer.statusCode !== 200) return answer;
  const { Attributes } = JSON.parse(answer.body) as { Attributes: Item };
  stream.append(input.Key as Item, Attributes, answer.body.length);
  return wanted === 'ALL_NEW' ? answer : { ...answer, body: '{}' };
}
