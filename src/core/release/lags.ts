/**
 * How long after their due times events were released, as a histogram whose classes grow by a fifth: a share of the row
 * of a hundred bytes or so, and a percentile that is right to 10%.
 */
const CLASSES_PER_DOUBLING = 4;
/** Beyond it all counts are halved: shares stay, digits do not grow. */
const MOST_COUNTED = 46_656;

const RADIX = 36;
/** More digits than any count has here, and few enough that what somebody types is no infinite number. */
const LAGS = /^[\da-z]{0,6}(\.[\da-z]{0,6})*$/;

/** A count for each class, from 0 ms on; an empty text is none. */
export function isLags(text: unknown): boolean {
  return typeof text === 'string' && text.length <= 1_000 && LAGS.test(text);
}

export class Lags {
  readonly #counts: number[];
  #sum: number;

  /** @param text What another one had as `text`. */
  constructor(text = '') {
    this.#counts = text.split('.').map((count) => Number.parseInt(count || '0', RADIX));
    this.#sum = this.#counts.reduce((sum, count) => sum + count, 0);
  }

  add(lagMs: number, events: number): void {
    const n = classOf(lagMs);
    while (this.#counts.length <= n) this.#counts.push(0);
    this.#counts[n] = (this.#counts[n] as number) + events;
    this.#sum += events;
    while (this.#sum > MOST_COUNTED) this.#halve();
  }

  /** The lag, in whole milliseconds, that so many of all had at most. */
  percentileMs(share: number): number {
    let left = share * this.#sum;
    const n = this.#counts.findIndex((count) => {
      left -= count;
      return count > 0 && left <= 0;
    });
    return Math.round(n <= 0 ? 0 : 2 ** ((n - 0.5) / CLASSES_PER_DOUBLING));
  }

  get text(): string {
    return this.#counts.map((count) => (count === 0 ? '' : count.toString(RADIX))).join('.');
  }

  #halve(): void {
    for (const [n, count] of this.#counts.entries()) this.#counts[n] = Math.ceil(count / 2);
    this.#sum = this.#counts.reduce((sum, count) => sum + count, 0);
  }
}

/** 0 is less than a millisecond. */
function classOf(lagMs: number): number {
  return lagMs < 1 ? 0 : 1 + Math.floor(Math.log2(lagMs) * CLASSES_PER_DOUBLING);
}
