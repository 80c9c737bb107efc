import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/core/ports';
import { releaseInMemory } from './core-release';
import { makeEvents } from './events';
import { countingLanes, type Work } from './memory-ports';
import { waitDeviations } from './pace-wait';
import { figure, type Section } from './section';
import { type Spread, spread } from './statistics';

const TARGET_P99_MS = 25;
const EVENT_BYTES = 1_024;

export interface PaceScale {
  speeds: number[];
  perSecond: number;
  playbackSeconds: number;
  rounds: number;
  /** Moments at which something is due, all rounds together: so many replays go side by side. */
  moments: number;
}

export const PACE_SCALE: PaceScale = {
  speeds: [1, 10],
  perSecond: 5,
  playbackSeconds: 10,
  rounds: 2,
  moments: 400,
};

interface Pace {
  speed: number;
  replays: number;
  /** How many times something was due. */
  moments: number;
  lag: Spread;
  wait: Spread;
}

/** The real clock, to the microsecond. */
const PRECISE_CLOCK: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: async (ms) => {
    await delay(ms);
  },
};

/** How long after its due time the sequencer hands an event to its lane, with the real clock. */
export async function measurePace(scale: PaceScale = PACE_SCALE): Promise<Section> {
  const results: Pace[] = [];
  for (const speed of scale.speeds) {
    const replays = Math.ceil(scale.moments / (scale.playbackSeconds * speed * scale.rounds));
    const lags: number[] = [];
    const waits: number[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      lags.push(...(await sideBySide(replays, speed, () => lagsOfOurs(speed, scale))));
      waits.push(...(await sideBySide(replays, speed, () => deviationsOfWait(speed, scale))));
    }
    results.push({ speed, replays, moments: lags.length, lag: spread(lags), wait: spread(waits) });
  }
  return toSection(results, scale);
}

/** Replays that begin at different times, so that no two have the same moments. */
async function sideBySide(replays: number, speed: number, run: () => Promise<number[]>): Promise<number[]> {
  const apartMs = 1_000 / speed / replays;
  const each = Array.from({ length: replays }, (_, index) => delay(index * apartMs).then(run));
  return (await Promise.all(each)).flat();
}

/** One figure for each moment: what is due together is appended together. */
async function lagsOfOurs(speed: number, { perSecond, playbackSeconds }: PaceScale): Promise<number[]> {
  const [event] = makeEvents({ count: 1, bytes: EVENT_BYTES, perSecond: 1 });
  const json = JSON.stringify(event);
  const events = Math.round(perSecond * speed * playbackSeconds);
  const appends: { atMs: number; from: number }[] = [];
  const lanes = (work: Work) =>
    countingLanes(work, (atMs, count) => appends.push({ atMs, from: work.released - count }));
  const run = { events, perSecond, json, speed: String(speed), clock: PRECISE_CLOCK, lanes };
  // A row keeps whole milliseconds; here the start is as exact as the clock.
  const { startMs } = await releaseInMemory(run);
  return appends.map(({ atMs, from }) => atMs - (startMs + (Math.floor(from / perSecond) * 1_000) / speed));
}

/** One figure for each event: each has an execution of its own. */
function deviationsOfWait(speed: number, { perSecond, playbackSeconds }: PaceScale): Promise<number[]> {
  const count = Math.round(perSecond * speed * playbackSeconds);
  return waitDeviations(makeEvents({ count, bytes: EVENT_BYTES, perSecond }), speed);
}

function toSection(results: Pace[], { rounds, perSecond }: PaceScale): Section {
  const worst = Math.max(...results.map(({ lag }) => lag.p99));
  const texts = ({ p50, p99, max }: Spread) => [p50, p99, max].map((ms) => figure(ms)).join(' / ');
  return {
    title: 'Pace',
    tables: [
      {
        caption:
          'Sequencers on their own, real clock: milliseconds from when an event is due to its write, p50 / p99 / max',
        head: [
          'speed',
          'moments',
          'replays side by side',
          'ordered-replay',
          'execution and `Wait` per event',
        ],
        rows: results.map(({ speed, replays, moments, lag, wait }) => [
          String(speed),
          figure(moments, 0),
          String(replays),
          texts(lag),
          texts(wait),
        ]),
      },
    ],
    notes: [
      `${rounds} rounds at ${perSecond} recorded events a second, stores in memory. Ours counts moments, for what is due together is appended together, and is never early; the other counts events, early or late. Through a database and a stream it is their latency more: the second table of *Order* has that.`,
      'The Wait design cannot do better than a second, at any speed but 1: `Wait` truncates to whole ones.',
    ],
    targets: [
      {
        what: 'pace in the sequencer',
        target: `p99 ≤ ${TARGET_P99_MS} ms`,
        measured: `p99 ${figure(worst)} ms; the Wait design ${figure(Math.max(...results.map(({ wait }) => wait.p99)), 0)} ms`,
        met: worst <= TARGET_P99_MS,
      },
    ],
    data: results,
  };
}
