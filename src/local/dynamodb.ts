import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import { inject } from 'light-my-request';
import type { JsonObject } from '../core/event';
import { AwsError } from './aws-error';
import type { Item, TableStream } from './stream';

type Write = (request: WriteRequest) => Promise<{ statusCode: number; body: string }>;
interface WriteRequest {
  headers: IncomingMessage['headers'];
  operation: string;
  input: JsonObject;
}

export interface LocalDynamoDb {
  listener: RequestListener;
  close(): Promise<void>;
}

/**
 * DynamoDB by dynalite, with the stream that dynalite has not: writes to a streamed table are made one at a time
 * for each item, and each one's new image goes to the stream before its answer goes to the caller, so the records
 * of an item come in the order of its changes.
 */
export function createDynamoDb(streams: Map<string, TableStream>): LocalDynamoDb {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const toEngine: RequestListener = (request, response) => void engine.emit('request', request, response);
  const byTable = () => new Map([...streams.values()].map((stream) => [stream.table, stream]));
  const lastWrites = new Map<string, Promise<unknown>>();

  const write: Write = async ({ headers, operation, input }) => {
    const { 'content-length': _, ...others } = headers;
    const { statusCode, body } = await inject(toEngine as never, {
      method: 'POST',
      url: '/',
      headers: { ...(others as Record<string, string>), 'x-amz-target': `DynamoDB_20120810.${operation}` },
      payload: JSON.stringify(input),
    });
    return { statusCode, body };
  };

  /** After the write before it, whatever became of that one. */
  function inTurn<T>(key: string, run: () => Promise<T>): Promise<T> {
    const turn = (lastWrites.get(key) ?? Promise.resolve()).then(run, run);
    lastWrites.set(key, turn);
    const forget = () => {
      if (lastWrites.get(key) === turn) lastWrites.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  }

  async function tapped(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.')[1] as string;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as JsonObject;
    const stream = byTable().get(String(input.TableName));
    const headers = request.headers;
    const answer = stream
      ? await inTurn(`${stream.table}/${JSON.stringify(keyOf(input))}`, () =>
          writeAndStream(write, { headers, operation, input }, stream),
        )
      : await write({ headers, operation, input });
    response.writeHead(answer.statusCode, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(answer.body);
  }

  return {
    listener: (request, response) => {
      const target = String(request.headers['x-amz-target']);
      if (!/\.(UpdateItem|PutItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/.test(target) || streams.size === 0) {
        return toEngine(request, response);
      }
      tapped(request, response).catch((error: Error) => {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify({ __type: error.name, message: error.message }));
      });
    },
    // Never listening by itself, dynalite has no connections to close; its store is memory.
    close: async () => undefined,
  };
}

async function writeAndStream(write: Write, request: WriteRequest, stream: TableStream) {
  const { operation, input } = request;
  if (operation !== 'UpdateItem') {
    throw new AwsError(
      'ValidationException',
      `The local runtime streams UpdateItem only; ${operation} on ${stream.table} would miss the stream.`,
    );
  }
  const wanted = input.ReturnValues ?? 'NONE';
  if (wanted !== 'NONE' && wanted !== 'ALL_NEW') {
    throw new AwsError('ValidationException', `ReturnValues ${wanted} is not supported on ${stream.table} here.`);
  }
  const answer = await write({ ...request, input: { ...input, ReturnValues: 'ALL_NEW' } });
  if (answer.statusCode !== 200) return answer;
  const output = JSON.parse(answer.body) as { Attributes?: Item };
  stream.append('MODIFY', input.Key as Item, output.Attributes);
  return wanted === 'ALL_NEW' ? answer : { ...answer, body: '{}' };
}

function keyOf(input: JsonObject): unknown {
  return input.Key ?? input.Item;
}
