import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../src/core/json';
import { createClients } from '../src/local/clients';

/** What a client asked for, of one operation on one table or of several. */
export interface Counters {
  writeUnits: number;
  readUnits: number;
  /** Bytes of the items that were put. */
  putBytes: number;
}

/** One request's share of them, which the engine's process says in this header. */
export const METER_HEADER = 'x-metered';
export interface Metered extends Counters {
  /** Such as `PutItem EventBuffer`. */
  key: string;
}

/** Input of a request, with its bytes as bytes. */
export function parseInput(body: string): JsonObject {
  const bytes = (key: string, value: unknown) =>
    key === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
  return JSON.parse(body, bytes) as JsonObject;
}

export type MeteredDynamoDb = Awaited<ReturnType<typeof startDynalite>>;

/**
 * A DynamoDB in another process, and a client that counts the units that the engine says it consumed. dynalite
 * computes them from item sizes as DynamoDB documents; an update counts the larger of the item before and after.
 */
export async function startDynalite() {
  const child = fork(path.join(__dirname, 'dynalite-process.ts'), { execArgv: ['--import', 'tsx'] });
  const [endpoint] = (await once(child, 'message')) as [string];
  const clients = createClients({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const counted = new Map<string, Counters>();
  let answered = () => {};
  const { requestHandler } = clients.dynamodb.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, options) => {
    const answer = await handle(request, options);
    answered();
    const { key, ...counters } = JSON.parse(answer.response.headers[METER_HEADER] as string) as Metered;
    counted.set(key, sum([counted.get(key), counters]));
    return answer;
  };
  return {
    clients,
    /** Counts from nothing, and calls this after each request from now on. */
    reset(afterRequest: () => void = () => {}): void {
      counted.clear();
      answered = afterRequest;
    },
    /** Of one operation on a table, such as `PutItem EventBuffer`; of all if none is named. */
    counted: (key?: string): Counters => sum(key ? [counted.get(key)] : [...counted.values()]),
    stop(): void {
      clients.destroy();
      child.disconnect();
    },
  };
}

function sum(several: (Counters | undefined)[]): Counters {
  const of = (name: keyof Counters) => several.reduce((total, each) => total + (each?.[name] ?? 0), 0);
  return { writeUnits: of('writeUnits'), readUnits: of('readUnits'), putBytes: of('putBytes') };
}

/**
 * Size of an item: names and values.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Record<string, AttributeValue>): number {
  return Object.entries(item).reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  // A byte for two digits, and one more.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.L) return 3 + value.L.reduce((bytes, part) => bytes + 1 + valueBytes(part), 0);
  if (value.M) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}
