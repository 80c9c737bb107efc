import type { ErrorCode } from '../errors';
import type { TiebreakerType } from '../event/tiebreaker-types';
import type { Command } from './command';
import type { OptionTexts } from './options';
import type { BucketCount, Checkpoint, Lag, Next, Plan, Rate, TakenUp } from './progress';

/**
 * COLLECTING → SEALED → RELEASING → DONE, with INCOMPLETE as a COLLECTING that waits for dead letters.
 * CANCELLED and FAILED are ends too. UNKNOWN is never stored: it is read where the row has something else.
 */
export type Phase = 'COLLECTING' | 'INCOMPLETE' | 'SEALED' | 'RELEASING' | EndPhase | 'UNKNOWN';

export type EndPhase = 'DONE' | 'CANCELLED' | 'FAILED';

const ENDS: Record<EndPhase, true> = { DONE: true, CANCELLED: true, FAILED: true };

/** All that a row may have. */
export const PHASES = [
  'COLLECTING',
  'INCOMPLETE',
  'SEALED',
  'RELEASING',
  'DONE',
  'CANCELLED',
  'FAILED',
] as const satisfies Phase[];

export const END_PHASES = Object.keys(ENDS) as EndPhase[];

/** Its set still grows: what comes is not late. */
export function isOpen(phase: Phase): boolean {
  return phase === 'COLLECTING' || phase === 'INCOMPLETE';
}

export function hasEnded(phase: Phase): phase is EndPhase {
  return phase in ENDS;
}

/** A short message and the code to search for. */
export interface Warning {
  code: string;
  message: string;
}

/** What somebody typed into a row and cannot be read. */
export interface RowProblem {
  key: keyof ReplayRow;
  /** As the row has it, with its path inside a map. */
  attribute: string;
  /** What it is and what it is to be, in words. */
  is: string;
  expected: string;
  /** The replay cannot go on without it. Everything else that cannot be read counts as absent. */
  stops: boolean;
  /** Only this part of it cannot be read, and it alone counts as absent. */
  part?: string;
  /** Its value, where that can be read and only makes no sense: a guard can name it. */
  stored?: number;
}

/** What of a set a rerun releases: what was sealed, that and what came late, or only what came late. */
export const INCLUDES = ['sealed', 'all', 'late'] as const;

export type Include = (typeof INCLUDES)[number];

/** What the row of a rerun has beyond that of a first run. */
export interface RerunPart {
  /** The replay whose set it releases. */
  set?: string;
  include?: Include;
  /** It begins with this position or instant, or right after it. */
  from?: string;
  after?: string;
  /** It ends before this position or instant. */
  to?: string;
  /** Late events were released up to there by the runs before. */
  lateFromMs?: number;
  /** The names of those that it is for; absent where it is for all. */
  consumers?: string[];
  /** The place of its first event among all of the set, from 1, where whoever made the row has counted. */
  firstNumber?: number;
  /** Tells whoever made the row that it is theirs. */
  requestId?: string;
}

/** One run of a replay, as the `Replays` table holds it: the first one, or a rerun. */
export interface ReplayRow extends RerunPart {
  /** The name of the run, which for the first one is the replay's. */
  replay: string;
  phase: Phase;
  /** Of the error behind a FAILED. */
  errorCode?: ErrorCode;
  /** Why it is INCOMPLETE, CANCELLED or FAILED, and what to do: one text for people. */
  reason?: string;
  /** What a person should know although the replay goes on. */
  warnings?: Warning[];
  /** Counts the sequencer executions started for this replay. */
  generation: number;
  /** Until then a sequencer of this generation is alive; absent while none has been started. */
  leaseUntilMs?: number;
  /** Last sign of life of the sequencer. */
  heartbeatAtMs?: number;
  /** When the sequencer will look at this row again. Absent before its first look, and when it has ended the replay. */
  resumeAtMs?: number;
  /** Sequencers that were started in place of a dead one since the replay last got any further. */
  restarts?: number;
  /** Before that no other one is started in place of one that dies. */
  notBeforeMs?: number;
  /** The generation whose execution somebody has aborted; no other takes its place by itself. */
  abortedGeneration?: number;
  /**
   * Number of buckets, the tiebreaker path and its type, fixed when the row is made: a redeployment must not move events. A
   * row that was made before there were types has none, and reads all numbers as doubles.
   */
  buckets: number;
  tiebreaker: string;
  tiebreakerType?: TiebreakerType;
  /** What people wish; the service never writes it. */
  command?: Command;
  /** Absent until something was taken up, or the release began. */
  plan?: Plan;
  /** The newest of what was taken up and does not stand in the run's history yet. */
  takenUp?: TakenUp[];
  /** Of the description, over the stack's defaults; a row that was written before an option existed lacks it. */
  options?: Partial<OptionTexts>;
  /** The window that was replayed, event time. */
  window?: { fromMs: number; toMs: number };
  createdAtMs: number;
  /**
   * Until then every event is kept, whatever the stack's retention becomes meanwhile. A row that was written before there
   * was this attribute lacks it.
   */
  retainedUntilMs?: number;
  /** When COMPLETED was first seen. */
  completedAtMs?: number;
  /** The arrival mark: when an event came, at most `arrivalStaleMs` before the newest one did. */
  lastArrivalAtMs?: number;
  /** When both queues were last read empty, and how often in a row. */
  queuesEmptyAtMs?: number;
  queuesEmptyReadings?: number;
  /** When it became INCOMPLETE. */
  incompleteSinceMs?: number;
  sealedAtMs?: number;
  /** When it became RELEASING: the set was counted. */
  releasingSinceMs?: number;
  /** When the first event is due, if nothing has held that up; a pause before it moves this. */
  releaseStartedAtMs?: number;
  doneAtMs?: number;
  /** When it became CANCELLED or FAILED; absent where somebody has typed that. */
  stoppedAtMs?: number;
  checkpoint?: Checkpoint;
  next?: Next;
  lag?: Lag;
  rate?: Rate;
  /** Of each bucket, while the sealed set is being counted; and how often that was saved. */
  counting?: BucketCount[];
  countingSaves?: number;
  /** Events in the sealed set. */
  collected?: number;
  /** Events that arrived after the seal: held, not delivered. */
  late: number;
  /** Messages in the dead-letter queue when that was last looked at. */
  dead?: number;
  expiresAtMs: number;
  /** What of it could not be read. Not stored; absent where there is nothing. */
  problems?: RowProblem[];
}

/** Whether somebody has aborted the sequencer, and nobody has started a later one by hand since. */
export function isAborted({ generation, abortedGeneration }: ReplayRow): boolean {
  return abortedGeneration !== undefined && abortedGeneration >= generation;
}

/** Attributes to set; `undefined` removes one. */
export type RowChanges = {
  [K in Exclude<keyof ReplayRow, 'replay' | 'problems'>]?: ReplayRow[K] | undefined;
};

/** Attributes that must have exactly these values; `undefined` demands absence. */
export type RowGuard = Pick<
  RowChanges,
  | 'phase'
  | 'generation'
  | 'leaseUntilMs'
  | 'lastArrivalAtMs'
  | 'queuesEmptyAtMs'
  | 'sealedAtMs'
  | 'countingSaves'
  | 'abortedGeneration'
> & {
  /** The stored checkpoint, where there is one, must not be beyond this position. */
  checkpointUpTo?: string;
  /** There must be no checkpoint. */
  hasNoCheckpoint?: true;
  /** The `n` of the stored plan; `undefined` demands that there is none. */
  planN?: number | undefined;
  /** The stored command must have each field as it was read here, and none that was not there. */
  commandAsRead?: Command;
  /** The stored phase, whatever it is, must be none that ends the replay. */
  hasNotEnded?: true;
};
