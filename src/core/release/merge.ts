import { isUnavailable } from '../errors';
import { FIRST_PAGE_EVENTS, LAST_PAGE_EVENTS, MAX_FILL_ATTEMPTS, READ_CONCURRENCY } from '../limits';
import type { BufferedEvent, EventBuffer, Selection } from '../ports';
import { sideBySide } from '../side-by-side';
import { PageBudget } from './page-budget';

/**
 * R2: what a run selects of its set, in the order of positions: a k-way merge of the buckets, each read page by page.
 * R7: memory holds one page a bucket, as it is stored, whatever the size of the replay and of its events.
 *
 * `fill()` must have been awaited before `peek()` or `take()` may be trusted; `needsFill` says when again. Where it still
 * does after `fill()`, there was no time for all pages.
 */
export class SealedSetReader {
  readonly #buckets: BucketReader[];
  readonly #hasTime: () => boolean;
  #least: BucketReader | undefined;

  /** @param hasTime False once no page may be asked for any more. */
  constructor(
    buffer: Pick<EventBuffer, 'read'>,
    set: string,
    buckets: number,
    selection: Selection,
    after: string | undefined,
    hasTime: () => boolean = () => true,
  ) {
    this.#hasTime = hasTime;
    const budget = new PageBudget(buckets);
    this.#buckets = Array.from({ length: buckets }, (_, n) => {
      const readNext = (from: string | undefined, limit: number) =>
        buffer.read(set, n, selection, from, limit);
      return new BucketReader(readNext, after, budget);
    });
  }

  /** True where some bucket's page is used up: the smallest position is not known before `fill()`. */
  get needsFill(): boolean {
    return this.#buckets.some((bucket) => bucket.needsPage);
  }

  /**
   * A read that fails leaves the others' pages here. As long as some come, the rest is asked for again: of many buckets
   * at a throttled table one would else fail each time. When the time is up, what is under way is awaited.
   */
  async fill(): Promise<void> {
    for (let attempt = 1; this.needsFill && this.#hasTime(); attempt++) {
      const empty = this.#buckets.filter((bucket) => bucket.needsPage);
      try {
        await sideBySide(empty, READ_CONCURRENCY, (bucket) => bucket.readPage(this.#hasTime));
      } catch (error) {
        const hasComeFurther = empty.some((bucket) => !bucket.needsPage);
        const isOver = attempt === MAX_FILL_ATTEMPTS || !this.#hasTime();
        if (!hasComeFurther || !isUnavailable(error) || isOver) throw error;
      }
    }
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

type ReadNext = (after: string | undefined, limit: number) => ReturnType<EventBuffer['read']>;

/** One bucket, read in pages that grow: few events read in vain after a long pause, few requests in a fast replay. */
class BucketReader {
  readonly #readNext: ReadNext;
  readonly #budget: PageBudget;
  #after: string | undefined;
  /** The last one comes next, so that what has been taken is let go. */
  #page: BufferedEvent[] = [];
  #more = true;
  #wantedEvents = FIRST_PAGE_EVENTS;

  constructor(readNext: ReadNext, after: string | undefined, budget: PageBudget) {
    this.#readNext = readNext;
    this.#after = after;
    this.#budget = budget;
  }

  get head(): BufferedEvent | undefined {
    return this.#page.at(-1);
  }

  get needsPage(): boolean {
    return this.#more && this.#page.length === 0;
  }

  advance(): void {
    const taken = this.#page.pop();
    if (taken) this.#budget.letsGo(taken);
  }

  async readPage(hasTime: () => boolean): Promise<void> {
    while (this.needsPage && hasTime()) {
      const { events, upTo } = await this.#readNext(this.#after, this.#budget.limit(this.#wantedEvents));
      this.#after = upTo;
      this.#page = events.toReversed();
      this.#budget.holds(this.#page);
      this.#more = upTo !== undefined;
      this.#wantedEvents = Math.min(this.#wantedEvents * 4, LAST_PAGE_EVENTS);
    }
  }
}
