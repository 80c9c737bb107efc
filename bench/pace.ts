import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/core/ports';
import { baselineMachine, COMPUTE_WAIT_ARN, computeWait, WRITE_RESOURCE } from './baseline';
import { releaseInMemory } from './core-release';
import { FIRST_EVENT_MS, makeEvents } from './events';
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
  wait: Spread;
}

const PRECISE_CLOCK: Clock = { now: preciseNowMs, sleep: (ms) => delay(ms) };

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

const eventsIn = (speed: number, { perSecond, playbackSeconds }: PaceScale) =>
  Math.round(perSecond * speed * playbackSeconds);

/** One figure for each moment: what is due together is appended together. */
async function lagsOfOurs(speed: number, scale: PaceScale): Promise<number[]> {
  const { perSecond } = scale;
  const appends: { atMs: number; from: number }[] = [];
  const { startMs } = await releaseInMemory({
    events: eventsIn(speed, scale),
    perSecond,
    speed: String(speed),
    // A row keeps whole milliseconds; here the start is as exact as the clock.
    clock: PRECISE_CLOCK,
    appended: (atMs, from) => appends.push({ atMs, from }),
  });
  return appends.map(({ atMs, from }) => atMs - (startMs + (Math.floor(from / perSecond) * 1_000) / speed));
}

/**
 * The sequencer of the other design, on its own: an execution for each event, started at once, and a write that takes
 * no time.
 *
 * @returns of each event, how far from its due time it was written, in either direction, milliseconds.
 */
async function deviationsOfWait(speed: number, scale: PaceScale): Promise<number[]> {
  const events = makeEvents({ count: eventsIn(speed, scale), bytes: 1_024, perSecond: scale.perSecond });
  const deviations: number[] = [];
  const startMs = preciseNowMs();
  const machine = await baselineMachine({
    [COMPUTE_WAIT_ARN]: (event) => computeWait(event, FIRST_EVENT_MS, speed),
    [WRITE_RESOURCE]: async (input: { ExpressionAttributeValues: { ':event': { S: string } } }) => {
      const { time } = JSON.parse(input.ExpressionAttributeValues[':event'].S) as { time: string };
      const dueMs = startMs + (Date.parse(time) - FIRST_EVENT_MS) / speed;
      deviations.push(Math.abs(preciseNowMs() - dueMs));
      return {};
    },
  });
  for (const event of events) machine.start(String(event.id), JSON.stringify(event));
  await machine.idle();
  const { failures } = machine;
  if (failures > 0 || deviations.length < events.length) {
    throw new Error(`${deviations.length} of ${events.length} written, ${failures} executions failed`);
  }
  return deviations;
}

function toSection(results: Pace[], { rounds, perSecond }: PaceScale): Section {
  const worstOf = (which: 'lag' | 'wait') => Math.max(...results.map((each) => each[which].p99));
  const texts = ({ p50, p99, max }: Spread) => figures([p50, p99, max]);
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
          'ordered-replay': ({ lag }) => texts(lag),
          'execution and `Wait` per event': ({ wait }) => texts(wait),
        },
      ),
    ],
    notes: [
      `${rounds} rounds at ${perSecond} recorded events a second, stores in memory. Ours counts moments, for what is due together is appended together, and is never early; the other counts events, early or late. Through a database and a stream it is their latency more: the second table of *Order* has that.`,
      'The Wait design cannot do better than a second, at any speed but 1: `Wait` truncates to whole ones.',
    ],
    targets: [
      {
        what: 'pace in the sequencer',
        target: `p99 ≤ ${TARGET_P99_MS} ms`,
        measured: `p99 ${figure(worstOf('lag'))} ms; the Wait design ${figure(worstOf('wait'), 0)} ms`,
        met: worstOf('lag') <= TARGET_P99_MS,
      },
    ],
    data: results,
  };
}
