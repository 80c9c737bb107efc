import type { OrderedReplayError } from '../errors';
import type { Clock, EventBuffer, Lanes, Queues, ReplayStatus, SequenceObserver } from '../ports';
import type { Settings } from '../settings';
import type { RowChanges } from './row';

/**
 * What a stage decided about a replay, for the loop in `sequence.ts`, which alone saves the row.
 *
 * - `again`: look at the replay again at that time, at once where it has passed.
 * - `yield`: too little time is left in this call; the next one goes on at once.
 * - `failed`: something that the stage asked for failed. `changes` has what was done before that.
 * - `end`: the replay is over. `error` is behind a FAILED, `reason` says who cancelled.
 */
export type Step = { changes: RowChanges } & (
  | { kind: 'again'; atMs: number }
  | { kind: 'yield' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'end'; phase: 'DONE' }
  | { kind: 'end'; phase: 'CANCELLED'; reason: string }
  | { kind: 'end'; phase: 'FAILED'; error: OrderedReplayError }
);

/** What a stage works with. */
export interface StepDeps {
  clock: Clock;
  buffer: EventBuffer;
  lanes: Lanes;
  status: ReplayStatus;
  queues: Queues;
  observer: SequenceObserver;
  settings: Settings;
  /** Milliseconds until this call's deadline. */
  remainingMs(): number;
}

/** The loop's own save, for what cannot wait until a step ends. False where the row has moved on, or is to be read. */
export type Save = (changes: RowChanges) => Promise<boolean>;

export function againAt(atMs: number, changes: RowChanges = {}): Step {
  return { kind: 'again', atMs, changes };
}

export function failed(error: unknown, changes: RowChanges = {}): Step {
  return { kind: 'failed', error, changes };
}

export function endFailed(error: OrderedReplayError, changes: RowChanges = {}): Step {
  return { kind: 'end', phase: 'FAILED', error, changes };
}
