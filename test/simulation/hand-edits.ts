import type { Random } from '../../src/local/random';
import { CALM } from './faults';
import { withRefusedEventsOnly } from './rare-scenarios';
import type { Scenario, SketchPlan, Typing } from './scenario';

/* What people do to a row by hand, and to the stack under it. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What nobody can make sense of: an attribute, what is typed into it (nothing: it is removed), or into a part of it. */
const NONSENSE: readonly Pick<Typing, 'attribute' | 'part' | 'value'>[] = [
  { attribute: 'phase', value: 'CANCELED' },
  { attribute: 'phase', value: 'releasing' },
  { attribute: 'phase', value: 5 },
  { attribute: 'phase', value: undefined },
  { attribute: 'generation', value: 'x' },
  { attribute: 'generation', value: undefined },
  { attribute: 'buckets', value: 0 },
  { attribute: 'buckets', value: 1e9 },
  { attribute: 'buckets', value: undefined },
  { attribute: 'tiebreaker', value: 'detail[' },
  { attribute: 'tiebreaker', value: true },
  { attribute: 'tiebreakerType', value: 'date' },
  { attribute: 'options', value: 'speed=max' },
  { attribute: 'options', part: 'speed', value: 'fast' },
  { attribute: 'options', part: 'idle', value: 5 },
  { attribute: 'options', part: 'orderingKey', value: 'detail[' },
  { attribute: 'options', part: 'onMissing', value: 'later' },
  { attribute: 'command', value: 'pause' },
  { attribute: 'plan', value: 'none' },
  { attribute: 'plan', part: 'n', value: 'x' },
  { attribute: 'plan', part: 'speed', value: 'fast' },
  { attribute: 'plan', part: 'atMs', value: 9e12 },
  { attribute: 'plan', part: 'taken', value: { speed: 'fast' } },
  { attribute: 'plan', part: 'taken', value: { stepTo: 5 } },
  { attribute: 'createdAtMs', value: 'yesterday' },
  { attribute: 'retainedUntilMs', value: 'for ever' },
  { attribute: 'retainedUntilMs', value: 1 },
  { attribute: 'checkpoint', value: 'the beginning' },
  { attribute: 'checkpoint', value: { position: 'here' } },
  { attribute: 'counting', value: 'one, two' },
  { attribute: 'counting', value: [{ events: 'three', done: false }] },
  { attribute: 'countingSaves', value: 'often' },
  { attribute: 'collected', value: 'many' },
  { attribute: 'releaseStartedAtMs', value: 'now' },
  { attribute: 'releaseStartedAtMs', value: 9e12 },
  { attribute: 'leaseUntilMs', value: 'tomorrow' },
  { attribute: 'heartbeatAtMs', value: [] },
  { attribute: 'resumeAtMs', value: null },
  { attribute: 'completedAtMs', value: 'today' },
  { attribute: 'lastArrivalAtMs', value: 'just now' },
  { attribute: 'lastArrivalAtMs', value: 9e12 },
  { attribute: 'queuesEmptyAtMs', value: 9e12 },
  { attribute: 'queuesEmptyReadings', value: -1 },
  { attribute: 'sealedAtMs', value: 'soon' },
  { attribute: 'window', value: 'all of it' },
  { attribute: 'warnings', value: 'none' },
  { attribute: 'reason', value: 7 },
  { attribute: 'errorCode', value: {} },
  { attribute: 'late', value: 'none' },
  { attribute: 'dead', value: 'alive' },
  { attribute: 'expiresAtMs', value: 'never' },
];

/** Some of all scenarios; with chances of its own, so that all others stay as they are. */
export function withHandEdits(scenario: Scenario, random: Random): Scenario {
  if (random.chance(0.2)) return withNonsense(scenario, random);
  if (random.chance(0.05)) return withARowBefore(scenario, random);
  if (random.chance(0.05)) return withNothingButRefusals(scenario, random);
  if (random.chance(0.02)) return withALongerRetention(scenario, random);
  if (random.chance(0.04)) return withAnAbortedWalk(scenario, random);
  return scenario;
}

/** Somebody types nonsense into the row and corrects it some minutes later; in half of all cases nothing else goes wrong. */
export function withNonsense(scenario: Scenario, random: Random): Scenario {
  const { abortSequencerAfterMs: _, cancelAnyRowAfterMs: __, ...rest } = scenario;
  const nonsense = NONSENSE[random.integer(0, NONSENSE.length - 1)] as (typeof NONSENSE)[number];
  const typing = {
    ...nonsense,
    afterMs: random.integer(0, 7 * MINUTE_MS),
    forMs: random.integer(4 * MINUTE_MS, 15 * MINUTE_MS),
  };
  if (random.chance(0.1)) return withATypedWalk(scenario, random);
  if (random.chance(0.5)) return { ...scenario, typing };
  return {
    ...rest,
    typing,
    events: scenario.events.map(({ cursed: _c, ...event }) => event),
    faults: { ...CALM, duplicate: 0.3, coldStart: 0.1 },
  };
}

/** Somebody types nonsense while a call walks, which does not end before the release does. Each look at the row is a save. */
export function withATypedWalk(scenario: Scenario, random: Random): Scenario {
  const typing = { attribute: 'options', part: 'speed', value: 'fast' } as const;
  const afterMs = random.integer(200_000, 270_000);
  return { ...walk(scenario, 0.5), typing: { ...typing, afterMs, forMs: 600_000 } };
}

/**
 * Somebody aborts the execution while a call of it walks, and nobody or somebody starts the next one. A look at the row is
 * a save where events follow one another closely, and a read where they do not.
 */
export function withAnAbortedWalk(scenario: Scenario, random: Random): Scenario {
  const rescue = random.chance(0.5) && { rescue: 'byHand' as const };
  const { rescue: _, ...rest } = scenario;
  const walked = walk(rest, random.chance(0.5) ? 0.5 : 4);
  return { ...walked, ...rescue, abortSequencerAfterMs: random.integer(200_000, 400_000) };
}

/** A release of four minutes. Its events arrive in a second, so it begins some 190 s after the row was made. */
function walk(scenario: Scenario, secondsApart: number): Scenario {
  const count = 240 / secondsApart;
  const events = Array.from({ length: count }, (_, n) => ({
    id: `w-${n}`,
    second: n,
    sequence: n,
    key: `key-${n % 2}`,
  }));
  return {
    ...scenario,
    events,
    playback: { ...scenario.playback, speed: 1 / secondsApart, idleMs: Number.POSITIVE_INFINITY },
    replay: 'completes',
    eventsPerSecond: count,
    faults: CALM,
  };
}

/** Somebody knows the replay's name and makes its row before it begins. */
export function withARowBefore(scenario: Scenario, random: Random): Scenario {
  const phases = ['CANCELLED', 'COLLECTING', undefined] as const;
  return { ...scenario, rowBefore: { phase: phases[random.integer(0, 2)] } };
}

/** Somebody's archive, or their rule, is not right: no event can be collected, and the row must say so. */
export function withNothingButRefusals(scenario: Scenario, random: Random): Scenario {
  return { ...withRefusedEventsOnly(scenario, random), faults: { ...CALM, duplicate: 0.3 } };
}

/** The stack's retention is raised while the replay waits for somebody, who comes when its events have expired. */
export function withALongerRetention(scenario: Scenario, random: Random): Scenario {
  const events = scenario.events.slice(0, 6).map(({ cursed: _, bad: __, ...event }): SketchPlan => event);
  return {
    ...scenario,
    events: events.map((event, n) => (n === 1 ? { ...event, bad: true } : event)),
    onMissing: 'wait',
    replay: 'completes',
    settings: { ...scenario.settings, retentionMs: DAY_MS },
    retentionBecomes: { ms: 14 * DAY_MS, afterMs: random.integer(1, 20) * HOUR_MS },
    operator: { act: 'redrive', trigger: 'incomplete', delayMs: random.integer(20, 30) * HOUR_MS },
    mayFail: ['PlaybackOutlivesRetention'],
    faults: CALM,
  };
}
