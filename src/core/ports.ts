import type { RunHistory } from './replay/history';
import type { ReplayRow, RowChanges, RowGuard } from './replay/row';

/**
 * All instants are epoch milliseconds. Every method may throw; a throw means the effect is unknown. What passes by
 * itself, such as throttling, is thrown as `ServiceUnavailable` (see `unavailable`). An adapter that
 * repeats a request whose answer was lost may find its own effect: `put` an event that exists, `save` a guard that no
 * longer holds, a counter raised twice. Whoever calls reads again and goes by what is stored.
 */

export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Replays {
  /** Strongly consistent. What somebody typed into the row and cannot be read is in its `problems`; it never throws. */
  get(replay: string): Promise<ReplayRow | undefined>;
  /**
   * Makes the row, or completes one: sets the attributes that are absent, in one atomic step, and leaves all others.
   *
   * @returns the row as it is then.
   */
  create(row: ReplayRow): Promise<ReplayRow>;
  /** Applies the changes in one atomic step if the row exists and the guard holds; false where it does not. */
  save(replay: string, changes: RowChanges, guard: RowGuard): Promise<boolean>;
  addLate(replay: string): Promise<void>;
  /** The rows of the replays that have not ended; eventually consistent. */
  notEnded(): Promise<ReplayRow[]>;
}

/** A run's history as it stands in its table. */
export interface StoredHistory extends RunHistory {
  /** 0 where somebody has typed what is no instant. */
  writtenAtMs: number;
  /** Another one has another stamp. */
  stamp?: string | undefined;
}

/** What a run was like, for people: best effort, nothing goes by it. Each method answers or fails within a second or so. */
export interface Histories {
  /** Strongly consistent. What cannot be read of it counts as absent. */
  get(run: string): Promise<StoredHistory | undefined>;
  /**
   * Writes it if what is there is still what was read, nothing or that with this stamp: false otherwise. So a request that
   * comes late writes over nothing that is newer.
   */
  put(
    run: string,
    history: RunHistory & { writtenAtMs: number; expiresAtMs: number },
    read: StoredHistory | undefined,
  ): Promise<boolean>;
}

export interface BufferKey {
  replay: string;
  bucket: number;
  position: string;
}

export interface BufferedEvent {
  position: string;
  /** Its text, made anew from what is held each time. Throws where that is not as it was written. */
  json(): string;
  /** What is held of it; its text may be a hundred times as long. */
  heldBytes: number;
  /** Arrived after the seal: held, unless a run includes it. */
  late: boolean;
  duplicates: number;
  /** When `collect` received it first; absent where that cannot be read. */
  receivedAtMs?: number | undefined;
}

/** Which events of a set: those between two places, both included, that are of one of the kinds. */
export interface Selection {
  first?: string;
  last?: string;
  /** Those that are not late. */
  sealed: boolean;
  /** Those that are late and were received after and up to these instants; absent for none of them. */
  late?: { afterMs?: number; upToMs?: number };
}

/** A part of a bucket. `upTo` is the position where it ended; absent at the end of the bucket, or of what is selected. */
export interface Page<T> {
  events: T;
  upTo?: string;
}

/** What `put` found: the event is stored now, or it was there before. */
export type PutOutcome = 'stored' | { existing: { late: boolean; lateCounted: boolean } };

export interface EventBuffer {
  /** Stores the event if its key is absent. */
  put(
    key: BufferKey,
    event: { json: string; late: boolean; receivedAtMs: number; expiresAtMs: number },
  ): Promise<PutOutcome>;
  addDuplicate(key: BufferKey): Promise<void>;
  markLateCounted(key: BufferKey): Promise<void>;
  /**
   * Up to `limit` events of one bucket after a position, by position, strongly consistent. A page may have fewer, or
   * none, and yet not be the last.
   */
  read(
    set: string,
    bucket: number,
    selection: Selection,
    after: string | undefined,
    limit: number,
  ): Promise<Page<BufferedEvent[]>>;
  /** Number of events in one page of a bucket after a position, strongly consistent. */
  count(set: string, bucket: number, selection: Selection, after: string | undefined): Promise<Page<number>>;
}

/** An event on its way into a lane. */
export interface LaneEvent {
  position: string;
  /** The encoded tiebreaker of that position; empty for none. */
  tiebreaker: string;
  json: string;
}

/** What `append` found: the events are in, or the lane already is at `position`, at or beyond the first of them. */
export type AppendOutcome = 'appended' | { alreadyAt: string };

export interface Lanes {
  /**
   * Appends events as one stream record, if the lane's position is before the first of them; in one atomic step
   * with its offset. This condition is the fence behind R2, R3 and R4.
   *
   * @param consumers Those that the run is for, the same in each append to a lane; absent where it is for all.
   */
  append(
    lane: string,
    events: LaneEvent[],
    expiresAtMs: number,
    consumers?: readonly string[],
  ): Promise<AppendOutcome>;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html */
export interface ReplayDescription {
  state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  stateReason?: string;
  description: string;
  window: { fromMs: number; toMs: number };
  /** Absent where EventBridge does not say. */
  startedAtMs?: number;
}

export interface ReplayStatus {
  /** `undefined` where EventBridge knows no such replay. */
  describe(replay: string): Promise<ReplayDescription | undefined>;
}

export interface Queues {
  /** Messages in the queue: visible, in flight and delayed. Approximate; a minute after the last send it is exact. */
  depth(queue: 'overflow' | 'deadLetters'): Promise<number>;
}

export interface SequencerInput {
  replay: string;
  generation: number;
}

export interface SequencerStarts {
  /** Starts one, idempotently by name; `ended` where an execution of that name has already come and gone. */
  start(input: SequencerInput): Promise<'started' | 'ended'>;
}

/** What is known of an execution: `undefined` where none of that name is. */
export type SequencerStatus = 'running' | 'aborted' | 'ended' | undefined;

export interface SequencerExecutions extends SequencerStarts {
  /** Eventually consistent: one that ended a moment ago may still be `running`. */
  status(input: SequencerInput): Promise<SequencerStatus>;
}

/** Told of what happens, for logs, metrics and progress; must not throw. */
export interface SequenceObserver {
  sealed(collected: number): void;
  /** One append: its events, and how long after its due time it was written. */
  appended(events: number, lagMs: number): void;
  /** A service was unavailable: the sequencer leaves it alone for a while. */
  backsOff(error: unknown, waitMs: number): void;
  /** The run's history could not be written, for the first time in this call; nothing else is wrong. */
  historyFailed(error: unknown): void;
}
