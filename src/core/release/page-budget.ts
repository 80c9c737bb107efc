import { LAST_PAGE_EVENTS, MAX_PAGES_BYTES } from '../limits';
import type { BufferedEvent } from '../ports';

/** An event's position, objects and closures in memory, besides what is stored of it. */
const EVENT_OVERHEAD_BYTES = 512;

/**
 * R7: how many events the next page of a bucket may have, so that the pages of all buckets together hold little,
 * however large the events are and however many buckets there are.
 *
 * Each bucket has an equal share. What an event takes is guessed from the newest page; DynamoDB ends a page at 1 MB, so
 * a guess that is too low costs little, and while more is held than is allowed, pages have one event.
 */
export class PageBudget {
  readonly #shareBytes: number;
  #eventBytes = 0;
  #heldBytes = 0;

  constructor(buckets: number) {
    this.#shareBytes = MAX_PAGES_BYTES / buckets;
  }

  /** At most as many as are wanted, at least one. */
  limit(wantedEvents: number): number {
    if (this.#heldBytes >= MAX_PAGES_BYTES) return 1;
    const affordable = Math.floor(this.#shareBytes / Math.max(this.#eventBytes, EVENT_OVERHEAD_BYTES));
    return Math.max(1, Math.min(wantedEvents, affordable, LAST_PAGE_EVENTS));
  }

  holds(page: readonly BufferedEvent[]): void {
    if (page.length === 0) return;
    const bytes = page.reduce((sum, event) => sum + bytesOf(event), 0);
    this.#eventBytes = bytes / page.length;
    this.#heldBytes += bytes;
  }

  letsGo(event: BufferedEvent): void {
    this.#heldBytes -= bytesOf(event);
  }
}

function bytesOf({ heldBytes }: BufferedEvent): number {
  return heldBytes + EVENT_OVERHEAD_BYTES;
}
