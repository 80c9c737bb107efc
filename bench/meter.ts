import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { itemBytes } from './item-bytes';

export interface Counters {
  requests: number;
  writeUnits: number;
  readUnits: number;
  /** Bytes of the items that were put. */
  putBytes: number;
}

export interface Metered {
  /** By operation and table: `PutItem EventBuffer`. */
  counters: Map<string, Counters>;
  reset(): void;
  sum(): Counters;
}

/**
 * Counts what a client asks for, with the units that the engine says it consumed. dynalite computes them from item
 * sizes as DynamoDB documents; an update counts the larger of the item before and after.
 */
export function meter(client: DynamoDBClient): Metered {
  const counters = new Map<string, Counters>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as { TableName?: string; Item?: never; Key?: never };
      const answer = await next({ ...args, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } as never });
      const operation = String(context.commandName).replace(/Command$/, '');
      const isWrite = /^(Put|Update|Delete)Item$/.test(operation);
      const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      const units = ConsumedCapacity?.CapacityUnits ?? 0;
      const counted = counters.get(`${operation} ${input.TableName}`) ?? none();
      counters.set(`${operation} ${input.TableName}`, {
        requests: counted.requests + 1,
        writeUnits: counted.writeUnits + (isWrite ? units : 0),
        readUnits: counted.readUnits + (isWrite ? 0 : units),
        putBytes: counted.putBytes + (input.Item ? itemBytes(input.Item) : 0),
      });
      return answer;
    },
    { step: 'initialize', name: 'meter', priority: 'high' },
  );
  return {
    counters,
    reset: () => counters.clear(),
    sum: () =>
      [...counters.values()].reduce(
        (all, each) => ({
          requests: all.requests + each.requests,
          writeUnits: all.writeUnits + each.writeUnits,
          readUnits: all.readUnits + each.readUnits,
          putBytes: all.putBytes + each.putBytes,
        }),
        none(),
      ),
  };
}

function none(): Counters {
  return { requests: 0, writeUnits: 0, readUnits: 0, putBytes: 0 };
}
