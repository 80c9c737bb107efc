import type { BufferedEvent, BufferKey, EventBuffer, Selection } from '../../src/core/ports';
import { byteOrder } from './byte-order';
import { demand, type FakeOptions, fake } from './fake';
import { Expiry, type TimeToLive } from './time-to-live';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html: a page ends at 1 MB. */
const PAGE_BYTES = 1024 * 1024;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const ITEM_BYTES = 400 * 1024;
const POSITION_BYTES = 1024;

/** A buffered event with all that the table keeps of it. */
export interface StoredEvent extends Omit<BufferedEvent, 'json' | 'heldBytes'> {
  json: string;
  lateCounted: boolean;
  receivedAtMs: number;
  expiresAtMs: number;
}

/**
 * An `EventBuffer` in memory. Like DynamoDB it orders by bytes, ends a page at 1 MB, and says `more` whenever the
 * limit was reached, though nothing may follow.
 *
 * @param options `countPageEvents`: so few events are counted at a time, as if they were large.
 */
export function memoryEventBuffer(options: FakeOptions & { countPageEvents?: number } = {}) {
  const { countPageEvents = Number.POSITIVE_INFINITY } = options;
  const buckets = new Map<string, Bucket>();

  function bucketOf(replay: string, bucket: number): Bucket {
    demand(replay !== '' && Number.isInteger(bucket) && bucket >= 0, `bucket ${replay}#${bucket}`);
    const name = `${replay}#${bucket}`;
    let found = buckets.get(name);
    if (!found) {
      found = new Bucket(options.timeToLive);
      buckets.set(name, found);
    }
    return found;
  }

  function stored(key: BufferKey): StoredEvent {
    const event = bucketOf(key.replay, key.bucket).get(key.position);
    demand(event !== undefined, `no event at ${key.replay}#${key.bucket}, ${key.position}`);
    return event;
  }

  const port: EventBuffer = {
    async put(key, { json, ...rest }) {
      demand(key.position !== '' && bytes(key.position) <= POSITION_BYTES, `position ${key.position}`);
      demand(bytes(json) + bytes(key.position) <= ITEM_BYTES, `the event at ${key.position} fits an item`);
      const bucket = bucketOf(key.replay, key.bucket);
      const existing = bucket.get(key.position);
      if (existing) return { existing: { late: existing.late, lateCounted: existing.lateCounted } };
      bucket.add({ position: key.position, json, duplicates: 0, lateCounted: false, ...rest });
      return 'stored';
    },
    async addDuplicate(key) {
      stored(key).duplicates++;
    },
    async markLateCounted(key) {
      stored(key).lateCounted = true;
    },
    async read(set, bucket, selection, after, limit) {
      demand(Number.isInteger(limit) && limit >= 1, `limit ${limit}`);
      const { events, ...end } = bucketOf(set, bucket).page(selection, after, limit);
      return { events: events.map(buffered), ...end };
    },
    async count(set, bucket, selection, after) {
      const { events, ...end } = bucketOf(set, bucket).page(selection, after, countPageEvents);
      return { events: events.length, ...end };
    },
  };

  return fake(
    'buffer',
    port,
    {
      /** Everything kept of one bucket, by position. */
      storedIn(replay: string, bucket: number): readonly StoredEvent[] {
        return bucketOf(replay, bucket).sorted;
      },
      /** Everything kept of one replay, all buckets together, by position. */
      stored(replay: string): StoredEvent[] {
        return [...buckets]
          .filter(([name]) => name.slice(0, name.lastIndexOf('#')) === replay)
          .flatMap(([, bucket]) => bucket.sorted)
          .sort((a, b) => byteOrder(a.position, b.position));
      },
    },
    options,
  );
}

export type MemoryEventBuffer = ReturnType<typeof memoryEventBuffer>;

/** Events by position; sorted when they are read, not when they are put. */
class Bucket {
  readonly #byPosition = new Map<string, StoredEvent>();
  readonly #expiry: Expiry;
  #events: StoredEvent[] = [];
  #isSorted = true;

  constructor(timeToLive: TimeToLive | undefined) {
    this.#expiry = new Expiry(timeToLive);
  }

  get(position: string): StoredEvent | undefined {
    this.#dropVanished();
    return this.#byPosition.get(position);
  }

  add(event: StoredEvent): void {
    const last = this.#events.at(-1);
    if (last && byteOrder(last.position, event.position) > 0) this.#isSorted = false;
    this.#byPosition.set(event.position, event);
    this.#events.push(event);
    this.#expiry.written(event.position, event.expiresAtMs);
  }

  get sorted(): StoredEvent[] {
    this.#dropVanished();
    if (!this.#isSorted) this.#events.sort((a, b) => byteOrder(a.position, b.position));
    this.#isSorted = true;
    return this.#events;
  }

  /** As DynamoDB does it: what was looked at counts for the limit, whether it is selected or not. */
  page(
    selection: Selection,
    after: string | undefined,
    limit: number,
  ): { events: StoredEvent[]; upTo?: string } {
    const { sorted } = this;
    const { first, last } = selection;
    const events: StoredEvent[] = [];
    let [looked, pageBytes] = [0, 0];
    let upTo: string | undefined;
    for (let n = after === undefined ? 0 : this.#firstAfter(after); n < sorted.length; n++) {
      const event = sorted[n] as StoredEvent;
      if (first !== undefined && byteOrder(event.position, first) < 0) continue;
      if (last !== undefined && byteOrder(event.position, last) > 0) break;
      if (upTo !== undefined && pageBytes >= PAGE_BYTES) return { events, upTo };
      if (isSelected(event, selection)) events.push(event);
      pageBytes += event.json.length;
      upTo = event.position;
      if (++looked === limit) return { events, upTo };
    }
    return { events };
  }

  #dropVanished(): void {
    const vanished = this.#expiry.vanished();
    if (vanished.length === 0) return;
    for (const position of vanished) this.#byPosition.delete(position);
    this.#events = this.#events.filter(({ position }) => this.#byPosition.has(position));
  }

  #firstAfter(position: string): number {
    const { sorted } = this;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byteOrder((sorted[middle] as StoredEvent).position, position) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isSelected({ late, receivedAtMs }: StoredEvent, selection: Selection): boolean {
  if (!late) return selection.sealed;
  const { afterMs = Number.NEGATIVE_INFINITY, upToMs = Number.POSITIVE_INFINITY } = selection.late ?? {};
  return selection.late !== undefined && receivedAtMs > afterMs && receivedAtMs <= upToMs;
}

function buffered({ position, json, late, duplicates, receivedAtMs }: StoredEvent): BufferedEvent {
  return { position, json: () => json, heldBytes: json.length, late, duplicates, receivedAtMs };
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
