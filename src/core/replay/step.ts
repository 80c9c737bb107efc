import type { OrderedReplayError } from '../errors';
import type { Clock, EventBuffer, Lanes, Queues, ReplayStatus, SequenceObserver } from '../ports';
import type { Settings } from '../settings';
import type { Checkpoint } from './progress';
import type { RowChanges } from './row';

/**
 * What a stage decided about a replay, for the loop in `sequence.ts`, which alone saves the row.
 *
 * - `again`: look at the replay again at that time, at once where it has passed.
 * - `yield`: too little time is left in this call; the next one goes on at once.
 * - `moved`: the row is no more as it was read, so nothing that was decided from it counts but how far the release came.
 * - `failed`: something that the stage asked for failed. `changes` has what was done before that.
 * - `end`: the replay is over. `error` is behind a FAILED, `reason` says who cancelled.
 */
export type Step = StepOutcome &
  (
    | { kind: 'again'; atMs: number }
    | { kind: 'yield' }
    | { kind: 'moved' }
    | { kind: 'failed'; error: unknown }
    | { kind: 'end'; phase: 'DONE' }
    | { kind: 'end'; phase: 'CANCELLED'; reason: string }
    | { kind: 'end'; phase: 'FAILED'; error: OrderedReplayError }
  );

interface StepOutcome {
  changes: RowChanges;
  /** How far the release came by the plan in the row, where `changes` counts from there by another. */
  reached?: Checkpoint | undefined;
}

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

/** The loop's own row, for what cannot wait until a step ends. */
export interface RowInUse {
  /** The checkpoint that the step begins with is in no save yet. */
  hasUnsaved: boolean;
  /** False where the row is no more as it was read, or is to be read again. */
  save(changes: RowChanges): Promise<boolean>;
  /** Looks without saving: true while all that a step rests on is as it was read. */
  isUnchanged(): Promise<boolean>;
}

export function againAt(atMs: number, changes: RowChanges = {}): Step {
  return { kind: 'again', atMs, changes };
}

export function failed(error: unknown, changes: RowChanges = {}): Step {
  return { kind: 'failed', error, changes };
}

export function endFailed(error: OrderedReplayError, changes: RowChanges = {}): Step {
  return { kind: 'end', phase: 'FAILED', error, changes };
}
