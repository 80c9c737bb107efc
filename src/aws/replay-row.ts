import type { ErrorCode } from '../core/errors';
import type { TiebreakerType } from '../core/event/tiebreaker-types';
import type { Wishes } from '../core/replay/command';
import { OPTION_NAMES, type OptionTexts } from '../core/replay/options';
import type { BucketCount, Checkpoint, Lag, Next, Plan, Rate, TakenUp, Tally } from '../core/replay/progress';
import { END_PHASES, type Include, type Phase, type ReplayRow, type Warning } from '../core/replay/row';
import {
  anything,
  type Codec,
  type Columns,
  column,
  flag,
  hexadecimal,
  instant,
  list,
  map,
  number,
  text,
  texts,
  timeToLive,
} from './attributes';
import type { Placeholders } from './expression';

const WINDOW: Columns<NonNullable<ReplayRow['window']>> = {
  fromMs: column('from', instant),
  toMs: column('to', instant),
};

const OPTIONS = Object.fromEntries(
  OPTION_NAMES.map((name) => [name, column(name, text())]),
) as Columns<OptionTexts>;

const WARNING: Columns<Warning> = { code: column('code', text()), message: column('message', text()) };

const TALLY: Columns<Tally> = {
  ties: column('ties', number),
  outOfOrder: column('outOfOrder', number),
  farthestMs: column('farthestMs', number),
  latestReceivedAtMs: column('latestReceivedAt', instant),
  keyed: column('keyed', number),
  kinds: column('kinds', text()),
  lanes: column('lanes', number),
  laneSketch: column('laneSketch', hexadecimal),
};

const NEXT: Columns<Next> = {
  eventTimeMs: column('eventTime', instant),
  dueAtMs: column('dueAt', instant),
};

const LAG: Columns<Lag> = {
  nowMs: column('nowMs', number),
  p99Ms: column('p99Ms', number),
  worstMs: column('worstMs', number),
  counts: column('counts', text()),
};

const RATE: Columns<Rate> = {
  eventsPerSecond: column('eventsPerSecond', number),
  sinceMs: column('since', instant),
  events: column('events', number),
};

const CHECKPOINT: Columns<Checkpoint> = {
  position: column('position', text()),
  released: column('released', number),
  duplicates: column('duplicates', number),
  eventTimeMs: column('eventTime', instant),
  // Fractions of a millisecond count: due times add up, and every sequencer must come to the same sum (R5).
  dueAtMs: column('dueAt', number),
  tally: column('tally', map(TALLY)),
};

const WISHES: Columns<Wishes> = {
  paused: column('paused', flag as Codec<true>),
  cancelled: column('cancelled', flag as Codec<true>),
  speed: column('speed', text()),
  idle: column('idle', text()),
  onMissing: column('onMissing', text()),
  until: column('until', text()),
  stepTo: column('stepTo', text()),
};

const PLAN: Columns<Plan> = {
  n: column('n', number),
  atMs: column('at', instant),
  taken: column('taken', map(WISHES)),
  speed: column('speed', text()),
  idle: column('idle', text()),
  pausedAtMs: column('pausedAt', instant),
};

export const TAKEN_UP: Columns<TakenUp> = {
  n: column('n', number),
  atMs: column('at', instant),
  taken: column('taken', map(WISHES)),
  paused: column('paused', flag as Codec<true>),
  released: column('released', number),
};

const BUCKET_COUNT: Columns<BucketCount> = {
  after: column('after', text()),
  events: column('events', number),
  done: column('done', flag),
};

/** The `Replays` table, for people to read: instants are ISO timestamps, only the time to live is a number. */
export const REPLAY_ROW: Columns<Omit<ReplayRow, 'problems'>> = {
  replay: column('replay', text()),
  phase: column('phase', text<Phase>()),
  errorCode: column('errorCode', text<ErrorCode>()),
  reason: column('reason', text()),
  warnings: column('warnings', list(map(WARNING))),
  generation: column('generation', number),
  leaseUntilMs: column('leaseUntil', instant),
  heartbeatAtMs: column('heartbeatAt', instant),
  resumeAtMs: column('resumeAt', instant),
  restarts: column('restarts', number),
  notBeforeMs: column('notBefore', instant),
  abortedGeneration: column('abortedGeneration', number),
  buckets: column('buckets', number),
  tiebreaker: column('tiebreaker', text()),
  tiebreakerType: column('tiebreakerType', text<TiebreakerType>()),
  command: column('command', anything),
  plan: column('plan', map(PLAN)),
  takenUp: column('takenUp', list(map(TAKEN_UP))),
  options: column('options', map<Partial<OptionTexts>>(OPTIONS)),
  window: column('window', map(WINDOW)),
  createdAtMs: column('createdAt', instant),
  retainedUntilMs: column('retainedUntil', instant),
  completedAtMs: column('completedAt', instant),
  lastArrivalAtMs: column('lastArrivalAt', instant),
  queuesEmptyAtMs: column('queuesEmptyAt', instant),
  queuesEmptyReadings: column('queuesEmptyReadings', number),
  incompleteSinceMs: column('incompleteSince', instant),
  sealedAtMs: column('sealedAt', instant),
  releasingSinceMs: column('releasingSince', instant),
  releaseStartedAtMs: column('releaseStartedAt', instant),
  doneAtMs: column('doneAt', instant),
  stoppedAtMs: column('stoppedAt', instant),
  checkpoint: column('checkpoint', map(CHECKPOINT)),
  next: column('next', map(NEXT)),
  lag: column('lag', map(LAG)),
  rate: column('rate', map(RATE)),
  counting: column('counting', list(map(BUCKET_COUNT))),
  countingSaves: column('countingSaves', number),
  collected: column('collected', number),
  late: column('late', number),
  dead: column('dead', number),
  expiresAtMs: column('expiresAt', timeToLive),
  set: column('set', text()),
  include: column('include', text<Include>()),
  from: column('from', text()),
  after: column('after', text()),
  to: column('to', text()),
  lateFromMs: column('lateFrom', instant),
  consumers: column('consumers', texts),
  firstNumber: column('firstNumber', number),
  requestId: column('requestId', text()),
};

/** A condition: the run has not ended. */
export function isUnderWay({ path, value }: Placeholders): string {
  const ends = END_PHASES.map((phase) => value({ S: phase }));
  return `NOT ${path('phase')} IN (${ends.join(', ')})`;
}
