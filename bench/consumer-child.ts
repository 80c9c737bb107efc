import { batchHandlers, streamBatch } from './consumer-batches';
import { makeEvents } from './events';
import { median } from './statistics';

/** Measures what the ways to handle a batch cost beyond parsing its events, and prints it as JSON. */

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
  const textsIn = ({ dynamodb }: (typeof batch.Records)[number]) => dynamodb?.NewImage?.events?.L ?? [];
  /** What nobody can do without: each event parsed, and its handler awaited. */
  const bare = async () => {
    for (const record of batch.Records) {
      for (const { S } of textsIn(record)) {
        JSON.parse(S as string);
        await nothing();
      }
    }
  };
  const parsing = async () => {
    for (const record of batch.Records) for (const { S } of textsIn(record)) JSON.parse(S as string);
  };
  const loops: [string, (each: typeof batch) => Promise<unknown>][] = Object.entries({
    bare,
    parsing,
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
      const before = process.cpuUsage();
      for (let repeat = 0; repeat < repeats; repeat++) await handle(batch);
      const { user, system } = process.cpuUsage(before);
      row[name] = (user + system) / repeats / events.length;
    }
    if (round >= WARM_UP_ROUNDS) rows.push(row);
  }
  /** By rounds, so that a machine that is slower for a while is so for both. */
  const difference = (more: string, less: string) =>
    median(rows.map((row) => (row[more] as number) - (row[less] as number)));
  const overheads = Object.keys(batchHandlers(nothing)).map((name) => [name, difference(name, 'bare')]);
  const bareMicros = median(rows.map((row) => row.bare as number));
  console.log(
    JSON.stringify({
      ...Object.fromEntries(overheads),
      bare: bareMicros,
      awaiting: difference('bare', 'parsing'),
    }),
  );
}

void main(JSON.parse(process.argv[2] ?? '{}') as Task);
