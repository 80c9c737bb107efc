import type { AppendOutcome, BufferedEvent, LaneEvent } from '../../src/core/ports';
import { demand } from './verdict';

const MIB = 1024 * 1024;
/** What EventBridge takes: one event may come on top of what fits. */
const LARGEST_EVENT = 256 * 1024;
/** A call's batch, and a page of 1 MB for each bucket: what a function of 256 MB has room for. */
const mostBytes = (buckets: number) => 12 * MIB + LARGEST_EVENT + buckets * (MIB + LARGEST_EVENT);

/** R7: what a process has read for release and not appended yet; one that holds too much dies of it, again and again. */
export class MemoryChecker {
  readonly #mostBytes: number;
  readonly #held = new Map<string, number>();
  /** Where the newest page of each bucket ended. */
  readonly #readTo = new Map<number, string | undefined>();
  #bytes = 0;

  constructor(buckets: number) {
    this.#mostBytes = mostBytes(buckets);
  }

  /** Whatever was read before is done with. */
  startsOver(): void {
    this.#held.clear();
    this.#readTo.clear();
    this.#bytes = 0;
  }

  /** A page that is not the one after the bucket's newest is of a walk that has begun anew. */
  reads(bucket: number, after: string | undefined, events: readonly BufferedEvent[]): void {
    if (this.#readTo.has(bucket) && this.#readTo.get(bucket) !== after) this.startsOver();
    this.#readTo.set(bucket, events.at(-1)?.position ?? after);
    for (const { position, heldBytes, late } of events) {
      if (late || this.#held.has(position)) continue;
      this.#held.set(position, heldBytes);
      this.#bytes += heldBytes;
    }
    demand(this.#bytes <= this.#mostBytes, 'R7', () => `${this.#bytes} bytes of events are held at once`);
  }

  /** A refusal covers what the lane has already, not only the events of this append. */
  appends(events: readonly LaneEvent[], outcome: AppendOutcome): void {
    const covered = outcome === 'appended' ? '' : outcome.alreadyAt;
    const isDone = (position: string) => position <= covered;
    for (const { position } of events) this.#letGo(position);
    for (const position of [...this.#held.keys()].filter(isDone)) this.#letGo(position);
  }

  #letGo(position: string): void {
    this.#bytes -= this.#held.get(position) ?? 0;
    this.#held.delete(position);
  }
}
