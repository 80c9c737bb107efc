import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/core/ports';
import { releaseInMemory } from './core-release';
import { makeEvents } from './events';
import { countingLanes, type Work } from './memory-ports';
import { figure, type Section } from './section';
import { type Spread, spread } from './statistics';

const TARGET_P99_MS = 25;

export interface PaceScale {
  speeds: number[];
  perSecond: number;
  playbackSeconds: number;
  rounds: number;
}

export const PACE_SCALE: PaceScale = { speeds: [1, 10], perSecond: 5, playbackSeconds: 15, rounds: 3 };

/** The real clock, to the microsecond. */
const PRECISE_CLOCK: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: async (ms) => {
    await delay(ms);
  },
};

/** How long after its due time the sequencer hands an event to its lane, with the real clock. */
export async function measurePace({
  speeds,
  perSecond,
  playbackSeconds,
  rounds,
}: PaceScale = PACE_SCALE): Promise<Section> {
  const [event] = makeEvents({ count: 1, bytes: 1_024, perSecond: 1 });
  const json = JSON.stringify(event);
  const results: { speed: number; events: number; lag: Spread }[] = [];
  for (const speed of speeds) {
    const events = perSecond * speed * playbackSeconds;
    const lags: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const appends: { atMs: number; from: number }[] = [];
      const lanes = (work: Work) =>
        countingLanes(work, (atMs, count) => appends.push({ atMs, from: work.released - count }));
      const run = { events, perSecond, json, speed: String(speed), clock: PRECISE_CLOCK, lanes };
      const { startMs } = await releaseInMemory(run);
      // A row keeps whole milliseconds; here the start is as exact as the clock.
      for (const { atMs, from } of appends) {
        lags.push(atMs - (startMs + (Math.floor(from / perSecond) * 1_000) / speed));
      }
    }
    results.push({ speed, events, lag: spread(lags) });
  }
  const worst = Math.max(...results.map(({ lag }) => lag.p99));
  return {
    title: 'Pace',
    tables: [
      {
        caption: 'Sequencer, real clock: milliseconds from an event’s due time to its append',
        head: ['speed', 'events a round', 'p50', 'p99', 'max'],
        rows: results.map(({ speed, events, lag }) => [
          String(speed),
          String(events),
          figure(lag.p50),
          figure(lag.p99),
          figure(lag.max),
        ]),
      },
    ],
    notes: [
      `${rounds} rounds at ${perSecond} recorded events a second, stores in memory. Through a database and a stream it is their latency more: the second table of *Order* has that, and the Wait design's figure beside it, from event to consumer.`,
      'The Wait design cannot do better than a second: `Wait` truncates to whole ones.',
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
