import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/core/ports';
import { releaseInMemory } from './core-release';
import { preciseNowMs, type Spread, spread } from './measure';
import { figure, figures, type Section, table } from './section';

const TARGET_P99_MS = 25;

export const PACE_SCALE = {
  speeds: [1, 10],
  perSecond: 5,
  playbackSeconds: 10,
  rounds: 2,
  /** Moments at which something is due, all rounds together: so many replays go side by side. */
  moments: 400,
};
type PaceScale = typeof PACE_SCALE;

interface Pace {
  speed: number;
  replays: number;
  /** How many times something was due. */
  moments: number;
  lag: Spread;
}

const PRECISE_CLOCK: Clock = { now: preciseNowMs, sleep: (ms) => delay(ms) };

/** How long after its due time the sequencer hands an event to its lane, with the real clock. */
export async function measurePace(scale: PaceScale = PACE_SCALE): Promise<Section> {
  const results: Pace[] = [];
  for (const speed of scale.speeds) {
    const replays = Math.ceil(scale.moments / (scale.playbackSeconds * speed * scale.rounds));
    const lags: number[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      lags.push(...(await sideBySide(replays, speed, () => lagsOf(speed, scale))));
    }
    results.push({ speed, replays, moments: lags.length, lag: spread(lags) });
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
async function lagsOf(speed: number, { perSecond, playbackSeconds }: PaceScale): Promise<number[]> {
  const appends: { atMs: number; from: number }[] = [];
  const { startMs } = await releaseInMemory({
    events: Math.round(perSecond * speed * playbackSeconds),
    perSecond,
    speed: String(speed),
    // A row keeps whole milliseconds; here the start is as exact as the clock.
    clock: PRECISE_CLOCK,
    appended: (atMs, from) => appends.push({ atMs, from }),
  });
  return appends.map(({ atMs, from }) => atMs - (startMs + (Math.floor(from / perSecond) * 1_000) / speed));
}

function toSection(results: Pace[], { rounds, perSecond }: PaceScale): Section {
  const worst = Math.max(...results.map(({ lag }) => lag.p99));
  return {
    title: 'Pace',
    tables: [
      table(
        'Sequencers on their own, real clock: milliseconds from when an event is due to its write, p50 / p99 / max',
        results,
        {
          speed: ({ speed }) => speed,
          moments: ({ moments }) => figure(moments, 0),
          'replays side by side': ({ replays }) => replays,
          'ordered-replay': ({ lag: { p50, p99, max } }) => figures([p50, p99, max]),
        },
      ),
    ],
    notes: [
      `${rounds} rounds at ${perSecond} recorded events a second, stores in memory. A figure for each moment, since what is due together is appended together; never early. Through a database and a stream it is their latency more: the second table of *Order* has that.`,
      'How far off a `Wait` for each event is, which truncates to whole seconds, is in that table too.',
    ],
    targets: [
      {
        what: 'pace in the sequencer',
        target: `p99 ≤ ${TARGET_P99_MS} ms`,
        measured: `p99 ${figure(worst)} ms`,
        met: worst <= TARGET_P99_MS,
      },
    ],
    data: results,
  };
}
