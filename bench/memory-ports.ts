import { parseInstant } from '../src/core/event/instant';
import { formatPosition } from '../src/core/event/position';
import type { BufferedEvent, EventBuffer, Lanes, Replays } from '../src/core/ports';
import { DEFAULT_OPTIONS } from '../src/core/replay/options';
import type { Checkpoint, ReplayRow } from '../src/core/replay/row';
import { FIRST_EVENT_MS, REPLAY } from './events';

/** Port calls, and what went through them. */
export interface Work {
  reads: number;
  appends: number;
  saves: number;
  released: number;
}

/**
 * A sealed set that is made as it is read and never kept: event `n` lies in bucket `n mod buckets`. All events have
 * the same text but for their positions.
 */
export function generatedBuffer(
  { events, buckets, perSecond, json }: { events: number; buckets: number; perSecond: number; json: string },
  work: Work,
): EventBuffer {
  const timeTexts = new Map<number, string>();
  const timeTextAt = (second: number): string => {
    const known = timeTexts.get(second);
    if (known) return known;
    timeTexts.clear();
    const text = parseInstant(new Date(FIRST_EVENT_MS + second * 1_000).toISOString())?.text ?? '';
    timeTexts.set(second, text);
    return text;
  };
  const positionAt = (n: number) =>
    formatPosition({
      time: timeTextAt(Math.floor(n / perSecond)),
      tiebreaker: '',
      id: `event-${String(n).padStart(9, '0')}`,
    });
  return {
    async read(_replay, bucket, after, limit) {
      work.reads++;
      const last = after === undefined ? -1 : Number(after.slice(after.lastIndexOf('-') + 1));
      const page: BufferedEvent[] = [];
      for (let n = last < 0 ? bucket : last + buckets; n < events && page.length < limit; n += buckets) {
        page.push({ position: positionAt(n), json, late: false, duplicates: 0 });
      }
      return { events: page, more: page.length === limit };
    },
    count: async (_replay, bucket) => Math.ceil((events - bucket) / buckets),
    put: () => Promise.reject(new Error('only for release')),
    addDuplicate: () => Promise.reject(new Error('only for release')),
    markLateCounted: () => Promise.reject(new Error('only for release')),
  };
}

/** Lanes that count what is appended and check that it is in order. */
export function countingLanes(
  work: Work,
  appended: (atMs: number, events: number) => void = () => undefined,
): Lanes {
  const last = new Map<string, string>();
  return {
    async append(lane, events) {
      const first = events[0]?.position ?? '';
      const before = last.get(lane);
      if (before !== undefined && before >= first) throw new Error(`${lane}: ${first} after ${before}`);
      last.set(lane, events.at(-1)?.position ?? '');
      work.appends++;
      work.released += events.length;
      appended(performance.timeOrigin + performance.now(), events.length);
      return 'appended';
    },
  };
}

/** The row of a replay whose release is to begin. */
export function openRow(
  events: number,
  options: { speed: string; orderingKey?: string },
  nowMs: number,
): ReplayRow {
  return {
    replay: REPLAY,
    phase: 'RELEASING',
    generation: 1,
    buckets: 8,
    tiebreaker: '',
    options: { ...DEFAULT_OPTIONS, ...options },
    createdAtMs: nowMs,
    releaseStartedAtMs: nowMs,
    collected: events,
    late: 0,
    expiresAtMs: nowMs + 1e9,
  };
}

/** One row, kept as it was given. */
export function singleRow(row: ReplayRow, work: Work): Replays & { checkpoint(): Checkpoint | undefined } {
  let current = row;
  return {
    get: async () => current,
    create: async () => false,
    addLate: async () => undefined,
    async save(_replay, changes) {
      work.saves++;
      current = { ...current, ...changes } as ReplayRow;
      return true;
    },
    checkpoint: () => current.checkpoint,
  };
}
