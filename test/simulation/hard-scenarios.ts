import { DEFAULT_SETTINGS } from '../../src/core/settings';
import type { Random } from '../../src/local/random';
import { CALM } from './faults';
import { MAX_TRANSIT_MS, type Scenario, type SketchPlan } from './scenario';

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[random.integer(0, values.length - 1)] as T;

/** What the allowance for clocks leaves beside a request's transit, less a margin for rounding. */
export const MAX_SKEW_MS = DEFAULT_SETTINGS.clockSkewMs - MAX_TRANSIT_MS - 20;

/** A request can wait in its sender so long that its call still has it sent. */
export const MOST_WAITED_MS = DEFAULT_SETTINGS.collectTimeoutMs - 100;

/** Of a scenario that is about them: each is received five times before it is one. */
const MOST_LETTERS = 12;

/* Scenarios that chance alone would hardly ever make. */

/** Somebody changes the row in the middle of a release, which is a long one every other time. */
export function cancelledByHand(scenario: Scenario, random: Random): Scenario {
  const cancelled = { ...scenario, cancelRowAfterMs: random.integer(0, 60_000) };
  if (random.chance(0.5)) return cancelled;
  return { ...cancelled, playback: { ...scenario.playback, speed: 1, idleMs: 8_000 } };
}

/** Dead letters that somebody redrives so that they are collected while the set is being sealed. */
export function racingWithTheSeal(scenario: Scenario, random: Random): Scenario {
  return {
    ...scenario,
    events: scenario.events.map((event) => ({ ...event, bad: random.chance(0.6) })),
    replay: 'completes',
    onMissing: 'continue',
    operator: {
      act: 'redrive',
      trigger: 'emptyOnce',
      delayMs: 120_000 + random.integer(-10_000, 2_000),
    },
    // A mark that gets through puts the seal off, so there is no race with it.
    marksAreLost: random.chance(0.7),
    faults: { ...scenario.faults, slowRequest: 0.3, crash: 0, hang: 0, zombie: 0 },
  };
}

/**
 * Dead letters that come back one by one while the set is being sealed, and whose puts wait in their senders for as
 * long as their calls last and are then on their way for as long as is allowed: the first read for release comes
 * shortly after them.
 */
export function atTheEndOfTheDwell(scenario: Scenario, random: Random): Scenario {
  const raced = racingWithTheSeal(scenario, random);
  const slowPut = () => ({
    sentAfterMs: random.integer(MOST_WAITED_MS - 500, MOST_WAITED_MS),
    onItsWayMs: MAX_SKEW_MS - random.integer(20, 400),
  });
  return {
    ...raced,
    events: raced.events
      .slice(0, MOST_LETTERS)
      .map(({ cursed: _, ...event }, n) =>
        n > 0 ? { ...event, bad: true, ...(random.chance(0.7) && { slowPut: slowPut() }) } : event,
      ),
    operator: {
      ...raced.operator,
      delayMs: 120_000 - random.integer(0, 4_000),
      paceMs: random.integer(200, 1_000),
    },
    skewMs: 0,
    faults: { ...raced.faults, slowRequest: 0, lambdaThrottled: 0 },
  };
}

/**
 * The last event takes as long as any can: throttled until it is almost too old, then failing in `collect` until it is
 * parked, and again in Overflow, whose depth counts it late. Only the settle time lets the seal see it.
 */
export function withAStraggler(scenario: Scenario, random: Random): Scenario {
  const events = scenario.events.map(({ bad: _, cursed: __, ...event }) => event);
  const last: SketchPlan = {
    ...(events.pop() as SketchPlan),
    second: 290,
    throttledMs: random.integer(57_000, 59_300),
    unreachable: random.integer(5, 7),
  };
  return {
    ...scenario,
    events: [...events, last],
    replay: 'completes',
    depthLagMs: random.integer(60_000, DEFAULT_SETTINGS.depthLagMs),
    faults: { ...scenario.faults, targetThrottled: 0, oversized: 0, slowRequest: 0, parkFails: 0.9 },
  };
}

/**
 * An event dies in Overflow, and somebody redrives it shortly before the second reading of the queues, whose depths lag
 * as far as they can. It goes on failing for a while, so a seal that believes two readings is one too early.
 */
export function redrivenBetweenReadings(scenario: Scenario, random: Random): Scenario {
  const events = scenario.events.map(({ bad: _, cursed: __, ...event }) => event);
  const letter: SketchPlan = { ...(events.pop() as SketchPlan), cursed: random.integer(8, 12) };
  return {
    ...scenario,
    events: [...events, letter],
    replay: 'completes',
    depthLagMs: 60_000,
    operator: { act: 'redrive', trigger: 'emptyOnce', delayMs: 60_000 - random.integer(100, 12_000) },
    faults: { ...scenario.faults, crash: 0, hang: 0, zombie: 0, oversized: 0 },
  };
}

/** Nothing drains for longer. */
const LONGEST_DRAIN_MS = 10 * 60_000;

const { maxArrivalGapMs, arrivalStaleMs, depthLagMs: DEPTH_LAG_MS } = DEFAULT_SETTINGS;

/**
 * A Region over its invocations quota: after COMPLETED the rest of the replay is first tried for up to ten minutes, each
 * event up to `maxArrivalGapMs` after the one before. Each may then be throttled for a minute, and every other one takes
 * the side road.
 */
export function inAThrottledRegion(scenario: Scenario, random: Random): Scenario {
  const apartMs = pick(random, [1_000, 5_000, maxArrivalGapMs, maxArrivalGapMs]);
  let triedAfterMs = 0;
  return drained(scenario, random.integer(60_000, DEPTH_LAG_MS), () => {
    triedAfterMs += random.integer(0, apartMs);
    return {
      firstTriedAfterMs: Math.min(triedAfterMs, LONGEST_DRAIN_MS),
      ...(random.chance(0.5) && { throttledMs: random.integer(0, 59_300) }),
      ...(random.chance(0.5) && { unreachable: random.integer(3, 7) }),
    };
  });
}

/**
 * The same, and all but the last event arrive at once when they are tried. That one comes as late as it may after them
 * and takes as long as any can; so does everything that could show it before the seal.
 */
export function lastOfAThrottledRegion(
  scenario: Scenario,
  random: Random,
  depthLagMs = DEPTH_LAG_MS,
): Scenario {
  // Just not far enough apart for a mark each.
  const leastApartMs = random.chance(0.6) ? 0.8 * arrivalStaleMs : 0;
  return withALastOne(scenario, random, depthLagMs, () => random.integer(leastApartMs, arrivalStaleMs));
}

/**
 * The same, after two that are tried by themselves: one that leaves a mark, and one so soon after it that it mostly leaves
 * none. So the seal counts from seconds too early, and the clocks are against it too.
 */
export function lastAfterAnOldMark(scenario: Scenario, random: Random): Scenario {
  const events = Array.from({ length: 6 }, (_, n) => ({
    id: `e-${n}`,
    second: n,
    sequence: n,
    key: 'key-0',
  }));
  const apartMs = [2 * arrivalStaleMs, random.integer(0.8 * arrivalStaleMs, 0.95 * arrivalStaleMs)];
  const slow = withALastOne({ ...scenario, events }, random, DEPTH_LAG_MS, () => apartMs.shift() as number);
  return { ...slow, eventsPerSecond: 60, sequencerIsAhead: true, faults: { ...CALM, parkFails: 1 } };
}

/** @param apartMs How long after the one before it an event is tried that is not the last. */
function withALastOne(
  scenario: Scenario,
  random: Random,
  depthLagMs: number,
  apartMs: () => number,
): Scenario {
  let triedAfterMs = 0;
  const slow = drained(scenario, depthLagMs, (isLast) => {
    triedAfterMs += isLast ? maxArrivalGapMs : apartMs();
    if (!isLast) return { firstTriedAfterMs: triedAfterMs };
    const throttledMs = random.integer(59_000, 59_890);
    return { firstTriedAfterMs: triedAfterMs, throttledMs, unreachable: random.integer(5, 7) };
  });
  return {
    ...slow,
    collectIsSlow: true,
    skewMs: MAX_SKEW_MS,
    faults: { ...CALM, parkFails: 0.95, coldStart: 0.1 },
  };
}

/** Some events arrive while the replay runs, and all others when EventBridge comes to try them. */
function drained(
  scenario: Scenario,
  depthLagMs: number,
  delivery: (isLast: boolean) => Partial<SketchPlan>,
): Scenario {
  const events = scenario.events.map(({ bad: _, cursed: __, ...event }, n, { length }) =>
    n < Math.min(3, length / 2) ? event : { ...event, ...delivery(n === length - 1) },
  );
  const faults = { ...scenario.faults, targetThrottled: 0, oversized: 0, slowRequest: 0, parkFails: 0.9 };
  return { ...scenario, events, replay: 'completes', depthLagMs, faults };
}
