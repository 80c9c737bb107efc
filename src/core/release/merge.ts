import { FIRST_PAGE_EVENTS, LAST_PAGE_EVENTS } from '../limits';
import type { BufferedEvent, EventBuffer } from '../ports';

/**
 * R2: the sealed set in the order of positions: a k-way merge of the buckets, each read page by page, so memory
 * holds one page a bucket whatever the size of the replay. Late events are passed over.
 *
 * `fill()` must have been awaited before `peek()` or `take()` may be trusted; `needsFill` says when again.
 */
export class SealedSetReader {
  readonly #buckets: BucketReader[];
  #least: BucketReader | undefined;

  constructor(buffer: EventBuffer, replay: string, buckets: number, after: string | undefined) {
    this.#buckets = Array.from({ length: buckets }, (_, n) => new BucketReader(buffer, replay, n, after));
  }

  /** True where some bucket's page is used up: the smallest position is not known before `fill()`. */
  get needsFill(): boolean {
    return this.#buckets.some((bucket) => bucket.needsPage);
  }

  async fill(): Promise<void> {
    await Promise.all(this.#buckets.filter((bucket) => bucket.needsPage).map((bucket) => bucket.readPage()));
    this.#findLeast();
  }

  /** The next event, or `undefined` at the end. */
  peek(): BufferedEvent | undefined {
    return this.#least?.head;
  }

  take(): void {
    this.#least?.advance();
    this.#findLeast();
  }

  #findLeast(): void {
    let least: BucketReader | undefined;
    for (const bucket of this.#buckets) {
      if (bucket.head && (!least?.head || bucket.head.position < least.head.position)) least = bucket;
    }
    this.#least = least;
  }
}

/** One bucket, read in pages that grow: few events read in vain after a long pause, few requests in a fast replay. */
class BucketReader {
  readonly #buffer: EventBuffer;
  readonly #replay: string;
  readonly #bucket: number;
  #after: string | undefined;
  #page: BufferedEvent[] = [];
  #next = 0;
  #more = true;
  #limit = FIRST_PAGE_EVENTS;

  constructor(buffer: EventBuffer, replay: string, bucket: number, after: string | undefined) {
    this.#buffer = buffer;
    this.#replay = replay;
    this.#bucket = bucket;
    this.#after = after;
  }

  get head(): BufferedEvent | undefined {
    return this.#page[this.#next];
  }

  get needsPage(): boolean {
    return this.#more && this.#next >= this.#page.length;
  }

  advance(): void {
    this.#next++;
  }

  async readPage(): Promise<void> {
    while (this.needsPage) {
      const { events, more } = await this.#buffer.read(this.#replay, this.#bucket, this.#after, this.#limit);
      this.#after = events.at(-1)?.position ?? this.#after;
      this.#page = events.filter((event) => !event.late);
      this.#next = 0;
      this.#more = more;
      this.#limit = Math.min(this.#limit * 4, LAST_PAGE_EVENTS);
    }
  }
}
