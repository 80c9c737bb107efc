import { parseInstant } from '../src/core/event/instant';
import { formatPosition, parsePosition } from '../src/core/event/position';
import type { BufferedEvent, Clock, EventBuffer, Lanes, Replays } from '../src/core/ports';
import { DEFAULT_OPTIONS } from '../src/core/replay/options';
import type { ReplayRow } from '../src/core/replay/row';
import { type SequenceDeps, sequence } from '../src/core/replay/sequence';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import { FIRST_EVENT_MS, makeEvents, REPLAY } from './events';
import { preciseNowMs } from './measure';

export interface CoreRelease {
  events: number;
  perSecond?: number;
  speed?: string;
  orderingKey?: string;
  clock?: Clock;
  /** Told of each append: when it was made, and the number of events before and with it. */
  appended?: (atMs: number, before: number, released: number) => void;
}

const EVENT_BYTES = 1_024;
const PER_SECOND = 50;
const SYSTEM_CLOCK: Clock = { now: () => Date.now(), sleep: async () => undefined };
const { buckets } = DEFAULT_SETTINGS;

/** The text that every event of a generated set has. */
export const EVENT_JSON = JSON.stringify(makeEvents({ count: 1, bytes: EVENT_BYTES, perSecond: 1 })[0]);

/**
 * Releases a replay with the real core and stores in memory. The sealed set is generated as it is read and never
 * kept, and what is appended is counted and looked at, no more: the memory is the core's.
 */
export async function releaseInMemory(release: CoreRelease) {
  const { events, perSecond = PER_SECOND, speed = 'max', orderingKey, clock = SYSTEM_CLOCK } = release;
  /** Calls of the ports, and what went through them. */
  const work = { reads: 0, appends: 0, saves: 0, released: 0 };
  const unused = () => Promise.reject(new Error('only for release'));
  const startMs = clock.now();

  const positionOf = positionsAt(perSecond);
  const buffer: EventBuffer = {
    async read(_set, bucket, _selection, after, limit) {
      work.reads++;
      const first =
        after === undefined ? bucket : Number(parsePosition(after).id.slice('event-'.length)) + buckets;
      const page: BufferedEvent[] = [];
      for (let n = first; n < events && page.length < limit; n += buckets) {
        const json = () => EVENT_JSON;
        page.push({
          position: positionOf(n),
          json,
          heldBytes: EVENT_JSON.length,
          late: false,
          duplicates: 0,
        });
      }
      const upTo = page.length === limit ? page.at(-1)?.position : undefined;
      return { events: page, ...(upTo !== undefined && { upTo }) };
    },
    count: async (_set, bucket) => ({ events: Math.ceil((events - bucket) / buckets) }),
    put: unused,
    addDuplicate: unused,
    markLateCounted: unused,
  };

  const last = new Map<string, string>();
  const lanes: Lanes = {
    async append(lane, appended) {
      const first = appended[0]?.position ?? '';
      const before = last.get(lane) ?? '';
      if (before >= first) throw new Error(`${lane}: ${first} after ${before}`);
      last.set(lane, appended.at(-1)?.position ?? '');
      work.appends++;
      work.released += appended.length;
      release.appended?.(preciseNowMs(), work.released - appended.length, work.released);
      return 'appended';
    },
  };

  let row: ReplayRow = {
    replay: REPLAY,
    phase: 'RELEASING',
    generation: 1,
    buckets,
    tiebreaker: '',
    tiebreakerType: 'auto',
    options: { ...DEFAULT_OPTIONS, speed, ...(orderingKey && { orderingKey }) },
    createdAtMs: startMs,
    releaseStartedAtMs: startMs,
    collected: events,
    late: 0,
    expiresAtMs: startMs + 1e9,
  };
  const replays: Replays = {
    get: async () => row,
    create: unused,
    addLate: unused,
    notEnded: unused,
    async save(_replay, changes) {
      work.saves++;
      row = { ...row, ...changes } as ReplayRow;
      return true;
    },
  };

  const deps: SequenceDeps = {
    clock,
    buffer,
    lanes,
    replays,
    histories: { get: async () => undefined, put: async () => true },
    status: { describe: async () => undefined },
    queues: { depth: async () => 0 },
    observer: {
      sealed: () => undefined,
      appended: () => undefined,
      backsOff: () => undefined,
      historyFailed: () => undefined,
    },
    settings: DEFAULT_SETTINGS,
    remainingMs: () => Number.POSITIVE_INFINITY,
  };
  const answer = await sequence({ replay: REPLAY, generation: 1 }, deps);
  if (answer.action !== 'done' || work.released !== events) {
    throw new Error(`${answer.action}: ${work.released} of ${events} released`);
  }
  return { ...work, startMs };
}

/** Positions of generated events; the text of a second is made once. */
function positionsAt(perSecond: number): (n: number) => string {
  const known = { second: -1, text: '' };
  return (n) => {
    const second = Math.floor(n / perSecond);
    if (second !== known.second) {
      const time = parseInstant(new Date(FIRST_EVENT_MS + second * 1_000).toISOString())?.text ?? '';
      Object.assign(known, { second, text: time });
    }
    return formatPosition({ time: known.text, tiebreaker: '', id: `event-${String(n).padStart(9, '0')}` });
  };
}
