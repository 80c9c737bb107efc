import { batchHandlers, streamBatch, textsIn, WAY_KEYS } from './consumer-ways';
import { makeEvents } from './events';
import { median, processorTime } from './measure';

/** Measures what the ways to handle a batch cost beyond parsing its events, and prints it as JSON. */

const EVENT_BYTES = 1_024;
const WARM_UP_ROUNDS = 2;

async function main(records: number, batches: number, rounds: number, perRecord: number): Promise<void> {
  const events = makeEvents({ count: records * perRecord, bytes: EVENT_BYTES, perSecond: 50 });
  const batch = streamBatch(events, perRecord);
  const nothing = async () => undefined;
  const loops: [string, (each: typeof batch) => Promise<unknown>][] = Object.entries({
    /** What nobody can do without: each event parsed, and its handler awaited. */
    async bare() {
      for (const record of batch.Records) {
        for (const { S } of textsIn(record)) {
          JSON.parse(S as string);
          await nothing();
        }
      }
    },
    async parsing() {
      for (const record of batch.Records) for (const { S } of textsIn(record)) JSON.parse(S as string);
    },
    ...batchHandlers(nothing),
  });
  const repeats = Math.max(1, Math.round(batches / perRecord));
  const rows: Record<string, number>[] = [];
  for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++) {
    // Not always after the same one: each leaves garbage that the next has to sweep.
    loops.push(...loops.splice(0, 1));
    loops.reverse();
    const row: Record<string, number> = {};
    for (const [name, handle] of loops) {
      const { micros } = await processorTime(async () => {
        for (let repeat = 0; repeat < repeats; repeat++) await handle(batch);
      });
      row[name] = micros / repeats / events.length;
    }
    if (round >= WARM_UP_ROUNDS) rows.push(row);
  }
  /** By rounds, so that a machine that is slower for a while is so for both. */
  const difference = (more: string, less: string) =>
    median(rows.map((row) => (row[more] as number) - (row[less] as number)));
  const overheads = Object.fromEntries(WAY_KEYS.map((name) => [name, difference(name, 'bare')]));
  const bare = median(rows.map((row) => row.bare as number));
  console.log(JSON.stringify({ ...overheads, bare, awaiting: difference('bare', 'parsing') }));
}

void main(...(process.argv.slice(2).map(Number) as Parameters<typeof main>));
