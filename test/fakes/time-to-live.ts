/**
 * DynamoDB's time to live, for fakes that are asked for it: what has expired can still be read and written for a while,
 * then it is gone: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export interface TimeToLive {
  now(): number;
  /** How long an item outlives its expiry; asked at each write of one. */
  lingersMs(): number;
}

/** Items' last moments; without a time to live they stay for ever. */
export class Expiry {
  readonly #timeToLive: TimeToLive | undefined;
  /** Nothing vanishes before this. */
  #firstMs = Number.POSITIVE_INFINITY;
  readonly #vanishesAtMs = new Map<string, number>();

  constructor(timeToLive: TimeToLive | undefined) {
    this.#timeToLive = timeToLive;
  }

  written(key: string, expiresAtMs: number): void {
    // What is no number never expires.
    if (!this.#timeToLive || typeof expiresAtMs !== 'number') return;
    const atMs = expiresAtMs + this.#timeToLive.lingersMs();
    this.#vanishesAtMs.set(key, atMs);
    this.#firstMs = Math.min(this.#firstMs, atMs);
  }

  /** The keys of what has vanished since the last time. */
  vanished(): string[] {
    const nowMs = this.#timeToLive?.now() ?? Number.NEGATIVE_INFINITY;
    if (nowMs < this.#firstMs) return [];
    const gone = [...this.#vanishesAtMs].filter(([, atMs]) => atMs <= nowMs).map(([key]) => key);
    for (const key of gone) this.#vanishesAtMs.delete(key);
    this.#firstMs = Math.min(Number.POSITIVE_INFINITY, ...this.#vanishesAtMs.values());
    return gone;
  }
}
