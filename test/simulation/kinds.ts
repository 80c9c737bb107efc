import type { Random } from '../../src/local/random';
import { CALM } from './faults';
import {
  withALongerRetention,
  withAnAbortedWalk,
  withARowBefore,
  withATypedWalk,
  withNonsense,
  withNothingButRefusals,
} from './hand-edits';
import {
  inAThrottledRegion,
  lastAfterAnOldMark,
  lastOfAThrottledRegion,
  MOST_WAITED_MS,
} from './hard-scenarios';
import { withLongNumbers } from './long-numbers';
import { SEAL_MS, withAnOvertakenPut, withHalfDays, withoutCapacity } from './rare-scenarios';
import { withReruns } from './rerun-scenarios';
import type { Scenario, SketchPlan } from './scenario';
import { randomOf } from './seeded';
import { withSlowReads, withThrottling } from './throttled-scenarios';

/** Kinds of scenarios that are about one thing each; all else is drawn, and little goes wrong besides. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[random.integer(0, values.length - 1)] as T;

/** Any events, in any order of arrival, some twice; played back in any way, from any number of buckets. */
export function calm(seed: number, mostEvents = 60): Scenario {
  const random = randomOf(seed, 'calm');
  return {
    seed,
    events: drawEvents(random, mostEvents),
    inAnyOrder: true,
    playback: {
      speed: pick(random, [Number.POSITIVE_INFINITY, 1, 0.3, 10, 333]),
      idleMs: pick(random, [Number.POSITIVE_INFINITY, 0, 700, 5_000]),
      byKey: random.chance(0.5),
      bySequence: random.chance(0.5),
    },
    onMissing: 'wait',
    settings: {
      buckets: random.integer(1, pick(random, [8, 64])),
      groupCount: random.integer(1, pick(random, [1, 50])),
    },
    replay: 'completes',
    operator: { act: 'redrive', trigger: 'incomplete', delayMs: 3 * MINUTE_MS },
    shards: random.integer(1, 3),
    skewMs: 0,
    faults: { ...CALM, duplicate: 0.3, targetThrottled: 0.1, coldStart: 0.1 },
  };
}

/** Many in one second, few or many lanes, in a few seconds or a few hours. */
function drawEvents(random: Random, most: number): SketchPlan[] {
  const spanSeconds = pick(random, [0, 3, 60, 7_200]);
  const lanes = pick(random, [1, 3, 40]);
  return Array.from({ length: random.integer(1, most) }, (_, n) => ({
    id: pick(random, [random.uuid(), `${pick(random, ['a', 'B', 'ü', '~', '#', '👩‍🚀', ' '])}${n}`]),
    second: random.integer(0, spanSeconds),
    sequence: pick(random, [
      undefined,
      null,
      random.integer(-3, 12),
      String(random.integer(-3, 12)),
      random.integer(-2_000_000, 2_000_000) / 1_000_000,
    ]),
    key: `key-${random.integer(0, lanes - 1)}`,
  }));
}

/** Requests that take seconds, and calls of `sequence` that have hardly any time. */
export function shortCalls(seed: number): Scenario {
  const scenario = calm(seed, 30);
  const sequenceCallMs = randomOf(seed, 'kind').integer(82_000, 100_000);
  return { ...scenario, sequenceCallMs, faults: { ...scenario.faults, slowRequest: 0.05 } };
}

/** The set takes a minute or so to be counted, in calls that are shorter than that. */
export function longCounts(seed: number): Scenario {
  const random = randomOf(seed, 'counts');
  const counts = { pageEvents: random.integer(1, 2), pageMs: random.integer(1_000, 3_000) };
  const scenario = shortCalls(seed);
  return { ...scenario, settings: { ...scenario.settings, buckets: random.integer(1, 3) }, counts };
}

/** And up to eight deaths, or two sequencers at once. */
export function longCountsDisturbed(seed: number): Scenario {
  const random = randomOf(seed, 'disturbed');
  const scenario = longCounts(seed);
  if (seed % 2 === 0) return { ...scenario, sequencersBesides: [1] };
  const points = Array.from({ length: random.integer(1, 8) }, () => random.integer(40, 300));
  return { ...scenario, dies: { sequence: points } };
}

/** Up to eight deaths at any points of either function, and an event that comes after the seal. */
export function deaths(seed: number): Scenario {
  const scenario = calm(seed, 30);
  const random = randomOf(seed, 'kind');
  const points = (most: number) =>
    Array.from({ length: random.integer(0, 8) }, () => random.integer(0, most));
  const late = { id: 'late', second: 1, sequence: 0, key: 'key-0', strayMs: [SEAL_MS + 2 * MINUTE_MS] };
  return {
    ...scenario,
    events: [...scenario.events, late],
    dies: { sequence: points(1_000), collect: points(300) },
    faults: { ...scenario.faults, slowRequest: 0.03 },
  };
}

/** Two or three sequencers at once, of one generation. */
export function sequencersOfOneGeneration(seed: number): Scenario {
  return { ...calm(seed, 25), sequencersBesides: seed % 2 === 0 ? [1] : [1, 1] };
}

/** Sequencers of three generations, whose hosts stand still for up to half an hour now and then. */
export function standstills(seed: number): Scenario {
  const scenario = calm(seed, 25);
  return {
    ...scenario,
    sequencersBesides: [1, 2, 3],
    faults: { ...scenario.faults, standstill: 1 / 120 },
  };
}

/** Somebody cancels the replay in EventBridge while it is collected. */
export function cancelledInEventBridge(seed: number): Scenario {
  return { ...calm(seed, 20), replay: 'isCancelled' };
}

/** Somebody sets the row to CANCELLED, at any moment. */
export function cancelledInTheRow(seed: number): Scenario {
  return { ...calm(seed, 30), cancelAnyRowAfterMs: randomOf(seed, 'kind').integer(0, 9 * MINUTE_MS) };
}

export function badOption(seed: number): Scenario {
  const option = seed % 2 === 0 ? 'speed=fast' : 'tiebreaker=detail.n';
  return { ...calm(seed, 15), badOption: option, mayFail: ['InvalidOption'] };
}

/** One to three events cannot be collected, and somebody mends them after an hour. */
export function deadForAnHour(seed: number): Scenario {
  const operator = { act: 'redrive', trigger: 'incomplete', delayMs: HOUR_MS } as const;
  return { ...withDeadLetters(calm(seed, 20), 1 + (seed % 3)), operator };
}

/** The others are released at once, and somebody hands these back while that goes on, or after it. */
export function releasedWithoutLetters(seed: number): Scenario {
  const operator = { act: 'redrive', trigger: 'releasing', delayMs: 0 } as const;
  return { ...withDeadLetters(calm(seed, 20), 3), onMissing: 'continue', operator };
}

/** The replay must begin, so the first event is not among them. */
function withDeadLetters(scenario: Scenario, count: number): Scenario {
  const events = scenario.events.map((event, n) => ({ ...event, bad: n >= 1 && n <= count }));
  return { ...scenario, events, faults: { ...scenario.faults, duplicate: 0 } };
}

/**
 * Events that arrive when the set is being sealed, against all promises. In every other scenario a put may take as long
 * as its function has, so its caller tries again beside it.
 */
export function strays(seed: number): Scenario {
  const scenario = calm(seed, 60);
  const random = randomOf(seed, 'kind');
  const strayMs = () => SEAL_MS + random.integer(-10_000, 60_000);
  const events = scenario.events.map((event, n) => ({
    ...event,
    ...(n > 0 && { strayMs: [strayMs()] }),
    ...(seed % 2 === 0 &&
      random.chance(0.5) && {
        slowPut: { sentAfterMs: random.integer(0, MOST_WAITED_MS), onItsWayMs: 0, times: 5 },
      }),
  }));
  return {
    ...scenario,
    events,
    playback: { speed: Number.POSITIVE_INFINITY, idleMs: 0, byKey: true, bySequence: true },
    settings: { buckets: 3, groupCount: 7 },
    // The first one would move the seal beyond all others.
    marksAreLost: true,
    faults: { ...scenario.faults, duplicate: 0, targetThrottled: 0 },
  };
}

/** Crashes besides, and each event up to three times. */
export function straysAndCrashes(seed: number): Scenario {
  const scenario = strays(seed);
  const random = randomOf(seed, 'again');
  const again = ({ strayMs = [] }: SketchPlan) =>
    strayMs.flatMap((ms) =>
      Array.from({ length: random.integer(1, 3) }, () => ms + random.integer(0, 30_000)),
    );
  return {
    ...scenario,
    events: scenario.events
      .slice(0, 30)
      .map((event, n) => (n > 0 ? { ...event, strayMs: again(event) } : event)),
    faults: { ...scenario.faults, crash: 0.1 },
  };
}

/** Pauses of hours, and events that are kept for a day. */
export function outlivesRetention(seed: number): Scenario {
  return withHalfDays(calm(seed, 12), randomOf(seed, 'kind'));
}

/** A put that arrives after the set was counted. */
export function overtakenPut(seed: number): Scenario {
  return withAnOvertakenPut(calm(seed, 12), randomOf(seed, 'kind'));
}

/** Somebody types nonsense into the row, and corrects it minutes later. */
export function nonsense(seed: number): Scenario {
  return withNonsense(calm(seed, 30), randomOf(seed, 'kind'));
}

/** Somebody types a phase that there is none of. */
export function unknownPhase(seed: number): Scenario {
  const { typing, ...scenario } = nonsense(seed);
  const { afterMs = 0, forMs = 0 } = typing ?? {};
  const values = ['CANCELED', 'releasing', 5] as const;
  return { ...scenario, typing: { attribute: 'phase', value: values[seed % 3], afterMs, forMs } };
}

/** Somebody has made the row before. */
export function rowBefore(seed: number): Scenario {
  return withARowBefore(calm(seed, 15), randomOf(seed, 'kind'));
}

/** A deployment raises the retention while the replay is INCOMPLETE. */
export function longerRetention(seed: number): Scenario {
  return withALongerRetention(calm(seed, 10), randomOf(seed, 'kind'));
}

/** Somebody types nonsense into the row while a call walks, and corrects it ten minutes later. */
export function typedWalk(seed: number): Scenario {
  return withATypedWalk(calm(seed, 1), randomOf(seed, 'kind'));
}

/** Somebody aborts the execution while a call of it walks, and starts the next one by hand, or nobody does. */
export function abortedWalk(seed: number): Scenario {
  return withAnAbortedWalk(calm(seed, 1), randomOf(seed, 'kind'));
}

/** Nothing that comes is an event, or none of them has an order. */
export function refusedOnly(seed: number): Scenario {
  return withNothingButRefusals(calm(seed, 5), randomOf(seed, 'kind'));
}

/** Throttled for up to an hour and a half; nothing else fails. */
export function throttled(seed: number): Scenario {
  return withoutCapacity(calm(seed, 20), randomOf(seed, 'kind'));
}

/** Requests that are refused: all to one table for a while, or one in a few for all the time; nothing else fails. */
export function refused(seed: number): Scenario {
  return withThrottling(calm(seed, 40), randomOf(seed, 'kind'));
}

/** Hundreds of events in dozens of buckets, and pages that take seconds. */
export function slowReads(seed: number): Scenario {
  return withSlowReads(refused(seed), randomOf(seed, 'slow reads'));
}

/** Every request, or every request of one port, is refused for an hour, from some moment of the release on. */
export function refusedForAnHour(seed: number): Scenario {
  const random = randomOf(seed, 'kind');
  const scenario = calm(seed, 40);
  const of = ['', 'lanes.', 'buffer.', 'replays.', 'lanes.'][seed % 5] as string;
  return {
    ...scenario,
    // Slow enough to be still at it.
    playback: { ...scenario.playback, speed: 1, idleMs: 20_000 },
    refuses: { of, oneIn: 1, fromMs: random.integer(4 * MINUTE_MS, 8 * MINUTE_MS), forMs: HOUR_MS },
    faults: { ...scenario.faults, targetThrottled: 0 },
    mostTurns: 1_000_000,
  };
}

/**
 * A new account, of ten concurrent executions, and some hundred events a second: collectors, the side road, the
 * sequencer and the consumer share them.
 */
export function overloadedAccount(seed: number): Scenario {
  const scenario = calm(seed, 1);
  const random = randomOf(seed, 'kind');
  const eventsPerSecond = random.integer(200, 500);
  return {
    ...scenario,
    events: Array.from({ length: 6 * eventsPerSecond }, (_, n) => ({
      id: `e-${n}`,
      second: random.integer(0, 60),
      sequence: n,
      key: `key-${n % 40}`,
    })),
    playback: { ...scenario.playback, speed: 60, idleMs: Number.POSITIVE_INFINITY },
    concurrency: 10,
    eventsPerSecond,
    mostTurns: 5_000_000,
  };
}

/** The Region delivers minutes after COMPLETED; little else goes wrong. */
export function throttledRegion(seed: number): Scenario {
  return inAThrottledRegion(calm(seed, 30), randomOf(seed, 'kind'));
}

/** The last event comes as late as it may, and is counted in Overflow so long after it was sent there. */
export function lastOfADrain(seed: number, depthLagMs?: number): Scenario {
  return lastOfAThrottledRegion(calm(seed, 15), randomOf(seed, 'kind'), depthLagMs);
}

/** The same, and the arrival before it is seconds newer than the mark. */
export function oldMark(seed: number): Scenario {
  return lastAfterAnOldMark(calm(seed, 1), randomOf(seed, 'kind'));
}

/** Nothing goes wrong and nobody is throttled: how soon is a set sealed? */
export function undisturbed(seed: number): Scenario {
  const scenario = calm(seed);
  return { ...scenario, faults: { ...CALM, coldStart: 0.1 } };
}

/** People run the set again, in parts and with what came late; little else goes wrong. */
export function reruns(seed: number): Scenario {
  return withReruns(calm(seed, 25), randomOf(seed, 'kind'));
}

/** Tiebreakers and ordering keys are integers beyond 2^53, of which several are one double. */
export function longNumbers(seed: number): Scenario {
  return withLongNumbers(calm(seed, 30), randomOf(seed, 'kind'));
}
