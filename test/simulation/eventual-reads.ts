import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { BufferedEvent, EventBuffer, Page } from '../../src/core/ports';
import type { ReplayRow } from '../../src/core/replay/row';
import type { Random } from '../../src/local/random';
import type { Protocol, Stores } from './protocol';

/**
 * An eventually consistent read may miss what was written shortly before. How shortly is not promised: most often
 * a second at most, one time in three up to five:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
 */
const USUALLY_STALE_MS = 1_000;
const MOST_STALE_MS = 5_000;

/** Which reads are marked strongly consistent. */
export interface MarkedReads {
  row: boolean;
  page: boolean;
  count: boolean;
}

const marked = new WeakMap<Protocol, Promise<MarkedReads>>();

/** What the real adapters send to DynamoDB, asked once: a read that lacks `ConsistentRead` is served as such. */
export function markedReads(protocol: Protocol): Promise<MarkedReads> {
  let reads = marked.get(protocol);
  if (!reads) {
    reads = askAdapters(protocol);
    marked.set(protocol, reads);
  }
  return reads;
}

async function askAdapters({ dynamoReplays, dynamoEventBuffer }: Protocol): Promise<MarkedReads> {
  const isMarked = async (read: (client: DynamoDBClient) => Promise<unknown>): Promise<boolean> => {
    const inputs: { ConsistentRead?: boolean }[] = [];
    const client = new DynamoDBClient({ region: 'us-east-1' });
    client.send = async (command: { input: { ConsistentRead?: boolean } }) => {
      inputs.push(command.input);
      return {};
    };
    await read(client);
    if (inputs.length === 0) throw new Error('An adapter answered without asking DynamoDB.');
    return inputs.every(({ ConsistentRead }) => ConsistentRead === true);
  };
  const buffer = (client: DynamoDBClient) => dynamoEventBuffer({ client, table: 'EventBuffer' });
  return {
    row: await isMarked((client) => dynamoReplays({ client, table: 'Replays' }).get('replay')),
    page: await isMarked((client) => buffer(client).read('replay', 0, { sealed: true }, undefined, 1)),
    count: await isMarked((client) => buffer(client).count('replay', 0, { sealed: true }, undefined)),
  };
}

/** The stores as reads see them: those that are not marked get a version that was true up to a second ago. */
export function withStaleReads(
  stores: Stores,
  reads: MarkedReads,
  { now, random }: { now(): number; random: Random },
): Stores {
  if (reads.row && reads.page && reads.count) return stores;
  const { buffer, replays } = stores;
  const rows = new Map<string, { sinceMs: number; row: ReplayRow | undefined }[]>();
  const putAtMs = new Map<string, number>();
  const asOf = () => now() - random.integer(0, random.chance(1 / 3) ? MOST_STALE_MS : USUALLY_STALE_MS);

  async function keepRow(replay: string): Promise<void> {
    const versions = rows.get(replay) ?? [{ sinceMs: 0, row: undefined }];
    rows.set(replay, versions);
    versions.push({ sinceMs: now(), row: await replays.get(replay) });
  }

  /** A page of what was there at a time. */
  async function pageOf(...query: Parameters<EventBuffer['read']>): Promise<Page<BufferedEvent[]>> {
    const atMs = asOf();
    const { events, ...end } = await buffer.read(...query);
    return { events: events.filter(({ position }) => (putAtMs.get(position) ?? 0) <= atMs), ...end };
  }

  return {
    ...stores,
    replays: {
      ...replays,
      async create(row) {
        const made = await replays.create(row);
        await keepRow(row.replay);
        return made;
      },
      async add(row) {
        const made = await replays.add(row);
        if (made) await keepRow(row.replay);
        return made;
      },
      async save(replay, changes, guard) {
        const saved = await replays.save(replay, changes, guard);
        if (saved) await keepRow(replay);
        return saved;
      },
      async addLate(replay) {
        await replays.addLate(replay);
        await keepRow(replay);
      },
      async get(replay) {
        const atMs = reads.row ? now() : asOf();
        const versions = rows.get(replay) ?? [];
        const seen = versions.findLast(({ sinceMs }) => sinceMs <= atMs);
        return seen === versions.at(-1) ? replays.get(replay) : structuredClone(seen?.row);
      },
    },
    buffer: {
      ...buffer,
      async put(key, event) {
        const outcome = await buffer.put(key, event);
        if (outcome === 'stored') putAtMs.set(key.position, now());
        return outcome;
      },
      read: (...query) => (reads.page ? buffer.read(...query) : pageOf(...query)),
      async count(...query) {
        if (reads.count) return buffer.count(...query);
        const { events } = await pageOf(...query, Number.MAX_SAFE_INTEGER);
        return { events: events.length };
      },
    },
  };
}
