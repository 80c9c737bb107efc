import { isBound, isPosition } from '../event/bounds';
import { isTiebreakerType, TIEBREAKER_TYPES } from '../event/tiebreaker-types';
import { isObject } from '../json';
import { EMPTY_READINGS, MAX_GENERATION } from '../limits';
import { MOST_EXACT } from '../release/distinct';
import { isLags } from '../release/lags';
import { areSame, wishesOf } from './command';
import { OPTION_NAMES, OPTIONS } from './options';
import { INCLUDES, PHASES, type ReplayRow, type RerunPart } from './row';
import {
  always,
  count,
  instant,
  isGoodPath,
  map,
  must,
  needed,
  number,
  type Rule,
  shown,
  text,
  upTo,
} from './rule';
import { areConsumers } from './run';

const option = (name: (typeof OPTION_NAMES)[number]): Rule => ({
  expected: OPTIONS[name].allowed,
  holds: (value) =>
    name === 'orderingKey'
      ? isGoodPath(value)
      : typeof value === 'string' && OPTIONS[name].parse(value) !== undefined,
});

/** As a plan has taken them up: with each field as it is read. */
const wishes: Rule = {
  expected: 'fields of command, as they can be read',
  holds: (value) => isObject(value) && areSame(wishesOf(value), value),
  always: true,
};

const position: Rule = {
  expected: 'a position',
  holds: (value) => typeof value === 'string' && isPosition(value),
  always: true,
};

const KINDS_SEEN = /^n?s?t?v?$/;
const SKETCH = /^([\da-f]{8})*$/;
const sketch: Rule = {
  expected: 'a sketch',
  holds: (value) =>
    typeof value === 'string' &&
    SKETCH.test(value) &&
    (value.length <= 8 * MOST_EXACT || value.length === 1_024),
};

const tally: Rule = {
  ...shown(
    ['ties', must(count)],
    ['outOfOrder', must(count)],
    ['farthestMs', must(count)],
    ['latestReceivedAtMs', instant],
    ['keyed', must(count)],
    ['kinds', { expected: 'letters', holds: (value) => typeof value === 'string' && KINDS_SEEN.test(value) }],
    ['lanes', must(count)],
    ['laneSketch', must(sketch)],
  ),
  alone: true,
};

const takenUp = shown(
  ['n', must(count)],
  ['atMs', must(instant)],
  [
    'taken',
    must({
      expected: 'wishes',
      holds: (value) =>
        isObject(value) && Object.values(value).every((wish) => wish === true || typeof wish === 'string'),
    }),
  ],
  ['paused', { expected: 'true', holds: (value) => value === true }],
  ['released', must(count)],
);

const bound: Rule = {
  expected: 'a position, or an instant such as 2026-11-20T12:00:00.000000000Z',
  holds: (value) => typeof value === 'string' && isBound(value),
  stops: true,
};

/** Of a rerun's row. Without these it would release something else. */
export const RERUN_RULES: Record<keyof RerunPart, Rule> = {
  set: always(text),
  include: always({
    expected: INCLUDES.join(', '),
    holds: (value) => (INCLUDES as readonly unknown[]).includes(value),
  }),
  from: bound,
  after: bound,
  to: bound,
  lateFromMs: needed(instant),
  consumers: needed({
    expected: 'a list of names',
    holds: (value) => Array.isArray(value) && areConsumers(value),
  }),
  firstNumber: count,
  requestId: text,
};

/** One rule for every attribute: one that is forgotten does not compile. */
export const RULES: Record<Exclude<keyof ReplayRow, 'replay' | 'problems'>, Rule> = {
  phase: always({
    expected: PHASES.join(', '),
    holds: (value) => (PHASES as readonly unknown[]).includes(value),
  }),
  errorCode: text,
  reason: text,
  warnings: {
    expected: 'a list of warnings',
    holds: (value) =>
      Array.isArray(value) && value.every((each) => text.holds(each?.code) && text.holds(each?.message)),
  },
  generation: always(upTo(MAX_GENERATION)),
  leaseUntilMs: instant,
  heartbeatAtMs: instant,
  resumeAtMs: instant,
  restarts: count,
  notBeforeMs: instant,
  abortedGeneration: count,
  buckets: always({
    expected: 'a whole number from 1 to 64',
    holds: (value) => upTo(64).holds(value) && value !== 0,
  }),
  tiebreaker: always({
    expected: 'a JMESPath, or an empty text',
    holds: isGoodPath,
  }),
  tiebreakerType: needed({ expected: TIEBREAKER_TYPES.join(', '), holds: isTiebreakerType }),
  // Its fields are read one by one: see `command.ts`.
  command: map,
  plan: needed({
    ...map,
    parts: [
      ['n', { ...count, always: true }],
      ['atMs', { ...instant, always: true }],
      ['taken', wishes],
      ['speed', { ...option('speed'), always: true }],
      ['idle', { ...option('idle'), always: true }],
      ['pausedAtMs', instant],
    ],
  }),
  takenUp: {
    expected: 'a list as the service writes it',
    holds: (value) => Array.isArray(value) && value.every(takenUp.holds),
  },
  options: needed({ ...map, parts: OPTION_NAMES.map((name) => [name, option(name)]) }),
  window: {
    ...map,
    parts: [
      ['fromMs', { ...instant, always: true }],
      ['toMs', { ...instant, always: true }],
    ],
  },
  createdAtMs: always(instant),
  retainedUntilMs: needed(instant),
  completedAtMs: instant,
  // The seal counts from it. The next event that comes writes it anew.
  lastArrivalAtMs: needed(instant),
  queuesEmptyAtMs: instant,
  queuesEmptyReadings: upTo(EMPTY_READINGS),
  incompleteSinceMs: instant,
  sealedAtMs: instant,
  releasingSinceMs: instant,
  releaseStartedAtMs: needed(instant),
  doneAtMs: instant,
  stoppedAtMs: instant,
  checkpoint: needed({
    ...map,
    parts: [
      ['position', position],
      ['released', { ...count, always: true }],
      ['duplicates', { ...count, always: true }],
      ['eventTimeMs', { ...instant, always: true }],
      ['dueAtMs', { expected: 'a number of milliseconds', holds: Number.isFinite, always: true }],
      ['tally', tally],
    ],
  }),
  next: shown(['eventTimeMs', must(instant)], ['dueAtMs', instant]),
  lag: shown(
    ['nowMs', must(count)],
    ['p99Ms', must(count)],
    ['worstMs', must(count)],
    ['counts', must({ expected: 'counts', holds: isLags })],
  ),
  rate: shown(['eventsPerSecond', number], ['sinceMs', must(instant)], ['events', must(count)]),
  // Without it the set is counted from its beginning.
  counting: {
    expected: 'a list of counts',
    holds: (value) =>
      Array.isArray(value) &&
      value.every(
        (each) =>
          count.holds(each?.events) &&
          typeof each.done === 'boolean' &&
          (each.after === undefined || text.holds(each.after)),
      ),
  },
  countingSaves: count,
  collected: needed(count),
  late: count,
  dead: count,
  expiresAtMs: { expected: 'a number of seconds', holds: Number.isFinite },
  ...RERUN_RULES,
};
