import type { Checkpoint, Phase, ReplayRow } from '../core/ports';
import type { OptionTexts } from '../core/replay/options';
import { type Columns, column, instant, map, number, text, timeToLive } from './attributes';

const WINDOW: Columns<NonNullable<ReplayRow['window']>> = {
  fromMs: column('from', instant),
  toMs: column('to', instant),
};

const OPTIONS: Columns<OptionTexts> = {
  speed: column('speed', text()),
  idle: column('idle', text()),
  orderingKey: column('orderingKey', text()),
  onMissing: column('onMissing', text()),
};

const CHECKPOINT: Columns<Checkpoint> = {
  position: column('position', text()),
  released: column('released', number),
  duplicates: column('duplicates', number),
  eventTimeMs: column('eventTime', instant),
  // Fractions of a millisecond count: due times add up, and every sequencer must come to the same sum (R5).
  dueAtMs: column('dueAt', number),
};

/** The `Replays` table, for people to read: instants are ISO timestamps, only the time to live is a number. */
export const REPLAY_ROW: Columns<ReplayRow> = {
  replay: column('replay', text()),
  phase: column('phase', text<Phase>()),
  reason: column('reason', text()),
  generation: column('generation', number),
  leaseUntilMs: column('leaseUntil', instant),
  heartbeatAtMs: column('heartbeatAt', instant),
  buckets: column('buckets', number),
  tiebreaker: column('tiebreaker', text()),
  options: column('options', map(OPTIONS)),
  window: column('window', map(WINDOW)),
  createdAtMs: column('createdAt', instant),
  completedAtMs: column('completedAt', instant),
  queuesEmptyAtMs: column('queuesEmptyAt', instant),
  queuesEmptyReadings: column('queuesEmptyReadings', number),
  sealedAtMs: column('sealedAt', instant),
  releaseStartedAtMs: column('releaseStartedAt', instant),
  doneAtMs: column('doneAt', instant),
  checkpoint: column('checkpoint', map(CHECKPOINT)),
  collected: column('collected', number),
  late: column('late', number),
  dead: column('dead', number),
  expiresAtMs: column('expiresAt', timeToLive),
};
