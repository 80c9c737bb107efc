import { DEFAULT_SETTINGS, dwellMs, settleMs } from '../../src/core/settings';
import type { Random } from '../../src/local/random';
import { CALM } from './faults';
import type { Scenario, SketchPlan } from './scenario';

/* What happens seldom, on top of all that a scenario has drawn already. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long after COMPLETED the set is sealed, at the earliest: then COMPLETED is seen at once. */
export const SEAL_MS = settleMs(DEFAULT_SETTINGS) + DEFAULT_SETTINGS.depthLagMs;

type Change = (scenario: Scenario, random: Random) => Scenario;

export function withSomethingRare(scenario: Scenario, random: Random): Scenario {
  const [, change] = RARE.find(([probability]) => random.chance(probability)) ?? [];
  return change ? change(scenario, random) : scenario;
}

/** Each with its probability where none of those before it has come up. */
const RARE: [probability: number, change: Change][] = [
  [0.15, (scenario) => ({ ...scenario, inAnyOrder: true })],
  [0.15, withStrays],
  [0.15, withSequencersBesides],
  [0.15, (scenario, random) => ({ ...scenario, sequenceCallMs: random.integer(82_000, 100_000) })],
  [0.15, (scenario, random) => ({ ...scenario, cancelAnyRowAfterMs: random.integer(0, 9 * MINUTE_MS) })],
  [0.1, (scenario) => ({ ...scenario, badOption: 'speed=fast', mayFail: ['InvalidOption'] })],
  [0.2, withAnAbort],
  [0.25, withDeadSequencers],
  [0.2, withHalfDays],
  [0.3, withAnOvertakenPut],
  [0.15, withLargeEvents],
  [0.5, withNothingButDuplicates],
  [0.3, withRefusedEventsOnly],
  [0.8, withoutCapacity],
];

/**
 * Calls of `sequence` are throttled for longer than one execution's retries last; the names of the executions that
 * follow may be used up, but for the fifth.
 */
export function withoutCapacity(scenario: Scenario, random: Random): Scenario {
  const { abortSequencerAfterMs: _, ...rest } = scenario;
  const noCapacity = { afterMs: random.integer(0, 3 * MINUTE_MS), forMs: random.integer(5, 90) * MINUTE_MS };
  const namesUsedUp = Array.from({ length: random.integer(0, 4) }, (_, n) => 2 + n);
  return { ...rest, noCapacity, ...(namesUsedUp.length > 0 && { namesUsedUp }), replay: 'completes' };
}

/** Nobody but the collector that refuses them knows of the replay, which must say that it waits. */
export function withRefusedEventsOnly(scenario: Scenario, random: Random): Scenario {
  const bad = scenario.seed % 2 === 0 ? true : 'tiebreaker';
  return {
    ...scenario,
    events: scenario.events.slice(0, random.integer(1, 3)).map((event) => ({ ...event, bad })),
    playback: { ...scenario.playback, bySequence: true },
    replay: 'completes',
  };
}

/** Every number in the row must be exact then. */
function withNothingButDuplicates(scenario: Scenario): Scenario {
  const { abortSequencerAfterMs: _, ...rest } = scenario;
  return {
    ...rest,
    events: scenario.events.map(({ bad: _b, cursed: _c, ...event }) => event),
    faults: { ...CALM, duplicate: 0.3, coldStart: 0.1 },
  };
}

/** Events that come when the set is being sealed, against all promises. */
function withStrays(scenario: Scenario, random: Random): Scenario {
  const stray = () => ({ strayMs: [SEAL_MS + random.integer(-10_000, MINUTE_MS)] });
  const events = scenario.events.map((event, n) => ({
    ...event,
    ...(n > 0 && random.chance(0.3) && stray()),
  }));
  return { ...scenario, events, replay: 'completes', marksAreLost: random.chance(0.5) };
}

/** Somebody starts others by hand, of the same generation or of later ones; now and then their hosts stand still. */
function withSequencersBesides(scenario: Scenario, random: Random): Scenario {
  const sequencersBesides = [[1], [1, 1], [1, 2, 3]][random.integer(0, 2)] as number[];
  const standstill = random.chance(0.5) ? 1 / 120 : 0;
  return { ...scenario, sequencersBesides, faults: { ...scenario.faults, standstill } };
}

/** An execution that somebody ends, and the next one that somebody starts by hand, or nobody. */
function withAnAbort(scenario: Scenario, random: Random): Scenario {
  const aborted = { ...scenario, abortSequencerAfterMs: random.integer(0, 500_000) };
  if (random.chance(0.4)) return aborted;
  // The one that is started by hand may fail as well.
  const failSequencersAfterMs = random.chance(0.5) ? [DAY_MS, random.integer(0, 60_000)] : [];
  return { ...aborted, rescue: 'byHand', failSequencersAfterMs };
}

/** The one delivery that there is dies after it has made the row, and all its repetitions die at once. */
function withDeadDeliveries(scenario: Scenario, random: Random): Scenario {
  const [first] = scenario.events as [SketchPlan];
  const from = random.integer(6, 14);
  const collect = Array.from({ length: 60 }, (_, n) => from + n);
  const dead: Scenario = {
    ...scenario,
    events: [{ ...first, bad: false }],
    dies: { collect },
    replay: 'completes',
  };
  // The first name may be used up, as by somebody who tried it by hand.
  return random.chance(0.5) ? { ...dead, namesUsedUp: [1] } : dead;
}

/** Executions that fail, some of them one after the other; or all of them for minutes, or for hours. */
function withDeadSequencers(scenario: Scenario, random: Random): Scenario {
  const { abortSequencerAfterMs: _, ...alive } = scenario;
  if (random.chance(0.4)) {
    const mostMs = random.chance(0.5) ? 20 * MINUTE_MS : 12 * HOUR_MS;
    const outage = { afterMs: random.integer(0, 8 * MINUTE_MS), forMs: random.integer(MINUTE_MS, mostMs) };
    return { ...alive, outage };
  }
  if (random.chance(0.4)) return withDeadDeliveries(alive, random);
  const failSequencersAfterMs = Array.from({ length: random.integer(1, 4) }, () =>
    random.integer(0, 300_000),
  );
  const failing = { ...alive, failSequencersAfterMs };
  if (random.chance(0.4))
    return { ...failing, namesUsedUp: [2, 3, 4, 5, 6, 7, 8].slice(0, random.integer(1, 7)) };
  return random.chance(0.3) ? { ...failing, sequencersBesides: [random.integer(2, 3)] } : failing;
}

/** Pauses of hours, and events that are kept for a day: what has expired is gone in the middle of the release. */
export function withHalfDays(scenario: Scenario, random: Random): Scenario {
  return {
    ...scenario,
    events: scenario.events.slice(0, 12).map((event) => ({
      ...event,
      second: random.integer(0, 4 * (DAY_MS / 1_000)),
    })),
    inAnyOrder: true,
    playback: { ...scenario.playback, speed: 1, idleMs: random.integer(1, 12) * HOUR_MS },
    settings: { ...scenario.settings, retentionMs: DAY_MS },
    mayFail: ['PlaybackOutlivesRetention'],
    // Now and then nobody can look at the replay until all that was left has expired.
    ...(random.chance(0.5) && {
      // An execution that failed meanwhile would find nobody who comes by and can start the next one.
      faults: CALM,
      abortSequencerAfterMs: undefined as never,
      refuses: { of: 'replays.get', oneIn: 1, fromMs: 10 * MINUTE_MS, forMs: 1.5 * DAY_MS },
    }),
    mostTurns: 500_000,
  };
}

/**
 * A put that is on its way for longer than the dwell allows, against all promises: it is in the set, ahead of the walk,
 * and was not counted. The replay must not end as if all were well.
 */
export function withAnOvertakenPut(scenario: Scenario, random: Random): Scenario {
  const events = scenario.events.map(({ bad: _, cursed: __, ...event }) => ({
    ...event,
    second: event.second % 200,
  }));
  const overtaken: SketchPlan = {
    ...sound('overtaken', 300),
    bad: true,
    slowPut: {
      sentAfterMs: 0,
      onItsWayMs: dwellMs(DEFAULT_SETTINGS) + random.integer(1_000, 25_000),
      times: 1,
    },
  };
  return {
    ...scenario,
    // The walk waits for the last but one while the put is on its way.
    events: [...events, sound('first', 0), sound('last but one', 240), overtaken],
    playback: { ...scenario.playback, speed: 1, idleMs: Number.POSITIVE_INFINITY },
    replay: 'completes',
    onMissing: 'continue',
    operator: {
      act: 'redrive',
      trigger: 'emptyOnce',
      delayMs: 2 * MINUTE_MS - random.integer(0, 2_500),
    },
    mayFail: ['CountMismatch'],
    marksAreLost: true,
    faults: CALM,
  };
}

const sound = (id: string, second: number): SketchPlan => ({ id, second, sequence: 0, key: 'key-0' });

/** More than a call may hold at once, in events that are nearly as large as they can be, and come quickly. */
function withLargeEvents(scenario: Scenario, random: Random): Scenario {
  const one = scenario.events[0] as SketchPlan;
  return {
    ...scenario,
    events: Array.from({ length: 96 }, (_, n) => ({
      ...one,
      id: `${one.id}-${n}`,
      paddingBytes: random.integer(235_000, 240_000),
    })),
    playback: { ...scenario.playback, speed: Number.POSITIVE_INFINITY },
    settings: { ...scenario.settings, buckets: 4 },
    replay: 'completes',
    faults: { ...scenario.faults, oversized: 0, slowRequest: 0 },
  };
}
