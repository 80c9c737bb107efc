import { batchHandlers, streamBatch } from './consumer-batches';
import { makeEvents } from './events';
import { median } from './statistics';

/** Measures what the three ways to handle a batch cost beyond parsing its events, and prints it as JSON. */

const EVENT_BYTES = 1_024;
const WARM_UP_ROUNDS = 2;

interface Task {
  records: number;
  batches: number;
  rounds: number;
  perRecord: number;
}

async function main({ records, batches, rounds, perRecord }: Task): Promise<void> {
  const events = makeEvents({ count: records * perRecord, bytes: EVENT_BYTES, perSecond: 50 });
  const batch = streamBatch(events, perRecord);
  const nothing = async () => undefined;
  const bare = async () => {
    for (const { dynamodb } of batch.Records) {
      for (const { S } of dynamodb?.NewImage?.events?.L ?? []) {
        JSON.parse(S as string);
        await nothing();
      }
    }
    return { batchItemFailures: [] };
  };
  const handlers = Object.entries({ bare, ...batchHandlers(nothing) });
  const repeats = Math.max(1, Math.round(batches / perRecord));
  const micros: Record<string, number[]> = Object.fromEntries(handlers.map(([name]) => [name, []]));
  for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++) {
    // Not always after the same one: each leaves garbage that the next has to sweep.
    handlers.push(...handlers.splice(0, 1));
    handlers.reverse();
    for (const [name, handler] of handlers) {
      const before = process.cpuUsage();
      for (let repeat = 0; repeat < repeats; repeat++) await handler(batch);
      const { user, system } = process.cpuUsage(before);
      const took = (user + system) / repeats / events.length;
      if (round >= WARM_UP_ROUNDS) micros[name]?.push(took);
    }
  }
  const floor = median(micros.bare ?? []);
  const overheads = Object.entries(micros).map(([name, each]) => [name, median(each) - floor]);
  console.log(JSON.stringify({ ...Object.fromEntries(overheads), bare: floor }));
}

void main(JSON.parse(process.argv[2] ?? '{}') as Task);
