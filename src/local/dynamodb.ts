import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { JsonObject } from '../core/json';
import { type Authorize, apiCallsOf, tablesOf } from './api-call';
import { invalidParameter } from './aws-error';
import { createEngine, type Engine } from './dynamodb-engine';
import { answerError, answerText, parseJson, readBody } from './json-body';
import type { Item, TableStream } from './stream';

const WRITES = /\.(UpdateItem|PutItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

/**
 * DynamoDB with streams, which dynalite has not. Writes to a streamed table are made one at a time for each item, and
 * each one's new image goes to the stream before its answer goes to the caller: the records of an item come in the
 * order of its changes.
 *
 * It does not listen by itself and keeps everything in memory, so there is nothing to close.
 */
export function createDynamoDb(streams: Map<string, TableStream>, authorize?: Authorize): RequestListener {
  const engine = createEngine();
  const inTurn = createTurns();

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const answer = await run(request.headers, body);
    answerText(response, answer.status, answer.body);
  }

  async function run(headers: IncomingMessage['headers'], body: string): ReturnType<Engine> {
    const target = String(headers['x-amz-target']);
    if (authorize) for (const call of apiCallsOf(headers, parseJson(body))) authorize(call);
    if (!WRITES.test(target) || streams.size === 0) return engine(headers, body);
    const input = parseJson(body);
    const tables = tablesOf(input);
    const stream = [...streams.values()].find(({ table }) => tables.includes(table));
    if (!stream) return engine(headers, body);
    const update = updateOf(input, target, stream);
    return inTurn(`${stream.table}/${JSON.stringify(input.Key)}`, async () => {
      const answer = await engine(headers, update);
      if (answer.status !== 200) return answer;
      const { Attributes } = JSON.parse(answer.body) as { Attributes: Item };
      stream.append(input.Key as Item, Attributes, answer.body.length);
      return input.ReturnValues === 'ALL_NEW' ? answer : { ...answer, body: '{}' };
    });
  }

  return (request, response) => {
    respond(request, response).catch((error: unknown) => answerError(response, error));
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

/** The update as JSON text, asking for the new image too. */
function updateOf(input: JsonObject, target: string, { table }: TableStream): string {
  if (!target.endsWith('.UpdateItem')) {
    const operation = target.slice(target.indexOf('.') + 1);
    throw invalidParameter(
      `The local runtime streams UpdateItem only; ${operation} on ${table} would miss the stream.`,
    );
  }
  const wanted = input.ReturnValues ?? 'NONE';
  if (wanted !== 'NONE' && wanted !== 'ALL_NEW') {
    throw invalidParameter(`ReturnValues ${wanted} is not supported on ${table} here.`);
  }
  return JSON.stringify({ ...input, ReturnValues: 'ALL_NEW' });
}
