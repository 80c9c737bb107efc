import type { JsonObject } from '../src/core/json';

/** When an event was seen, and where it belongs. */
export interface Seen {
  sequence: number;
  eventTimeMs: number;
  atMs: number;
}

/** What one run of a design did with a replay. */
export interface OrderRun {
  arrived: Seen[];
  delivered: Seen[];
  /** When an event of the first event's time was to be delivered. */
  startMs: number;
}

/** The first sight of each event, in the order of sights. */
export class OrderLog {
  readonly seen: Seen[] = [];
  readonly #sequences = new Set<number>();

  add(event: unknown): void {
    const { time, detail } = event as { time: string; detail: JsonObject };
    const sequence = Number(detail.sequence);
    if (this.#sequences.has(sequence)) return;
    this.#sequences.add(sequence);
    this.seen.push({ sequence, eventTimeMs: Date.parse(time), atMs: Date.now() });
  }
}

/** Share of events that came after one which happened later. */
export function shareOutOfOrder(seen: readonly { sequence: number }[]): number {
  let latest = -1;
  let count = 0;
  for (const { sequence } of seen) {
    if (sequence < latest) count++;
    else latest = sequence;
  }
  return seen.length === 0 ? 0 : count / seen.length;
}

/** How far from its due time each event was delivered, milliseconds; early is negative. */
export function deviations({ delivered, startMs }: OrderRun, speed: number): number[] {
  const firstMs = Math.min(...delivered.map(({ eventTimeMs }) => eventTimeMs));
  return delivered.map(({ eventTimeMs, atMs }) => atMs - (startMs + (eventTimeMs - firstMs) / speed));
}

/** The same of the events that are not due at the start. */
export function deviationsAfterStart(run: OrderRun, speed: number): number[] {
  const firstMs = Math.min(...run.delivered.map(({ eventTimeMs }) => eventTimeMs));
  return deviations(run, speed).filter(
    (_, index) => (run.delivered[index]?.eventTimeMs ?? firstMs) > firstMs,
  );
}
