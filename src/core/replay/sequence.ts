import { OrderedReplayError } from '../errors';
import { isObject } from '../json';
import { LEASE_GRACE_MS, MAX_ITERATIONS } from '../limits';
import type {
  Clock,
  EventBuffer,
  Lanes,
  Queues,
  ReplayRow,
  ReplayStatus,
  Replays,
  RowChanges,
  RowGuard,
  SequenceObserver,
  SequencerInput,
} from '../ports';
import { releasing } from '../release/release';
import { collecting, sealed } from '../seal/seal';
import type { Settings } from '../settings';
import { hasEnded } from './lease';
import { type ReplayReport, reportOf } from './report';

/**
 * Sequence: the loop body of the state machine of the same name. Looks at the replay's row, does what its phase
 * asks for, and answers what the state machine is to do next.
 *
 * R4, R7: all it knows is in the row; each step changes the row in one conditional write, and a write that is
 * refused means that another sequencer was there first: the row is read again and the step chosen anew.
 */

export interface SequenceDeps {
  clock: Clock;
  buffer: EventBuffer;
  replays: Replays;
  lanes: Lanes;
  status: ReplayStatus;
  queues: Queues;
  observer: SequenceObserver;
  settings: Settings;
  /** Milliseconds until this call's deadline. */
  remainingMs(): number;
}

/** What one step decided: changes to the row, and when to look at the replay again. */
export interface Step {
  changes: RowChanges;
  resumeAtMs: number;
  /** Too little time is left in this call; the next one goes on at once. */
  yields?: boolean;
}

export interface SequencerState extends SequencerInput {
  /** Steps of this execution so far; absent at its start. */
  iteration?: number;
}

/** The answer, as the `Choice` state `NextAction` reads it. */
export type SequenceAnswer =
  | ({ action: 'wait' | 'continue' | 'continueAsNew'; resumeAt: string } & Required<SequencerState>)
  | { action: 'done'; report: ReplayReport }
  | { action: 'fail'; Error: string; Cause: string };

/** Steps this close do not need a `Wait` state; the state machine would only truncate the time to its second. */
const SOON_MS = 1_000;

/** @throws OrderedReplayError `InvalidInput` for a state that no execution of ours would have. */
export async function sequence(state: SequencerState, deps: SequenceDeps): Promise<SequenceAnswer> {
  const { replay, generation, iteration } = validateState(state);
  let row = await deps.replays.get(replay);
  for (;;) {
    if (!row)
      return failed('ReplayNotFound', `No row of replay ${replay}. Start a sequencer by starting a replay.`);
    if (row.phase === 'FAILED') return failed(...splitReason(row.reason));
    if (hasEnded(row.phase) || isSuperseded(row, generation))
      return { action: 'done', report: reportOf(row) };
    if (row.generation < generation) {
      const life = signOfLife(row, generation, deps.clock.now());
      await deps.replays.save(replay, life, { generation: row.generation });
      row = await deps.replays.get(replay);
      continue;
    }
    const step = await stepOf(row, generation, deps);
    const nowMs = deps.clock.now();
    const saved = await deps.replays.save(
      replay,
      {
        ...step.changes,
        ...signOfLife(row, generation, nowMs, step.resumeAtMs),
      },
      guardOf(row, step),
    );
    const { phase, collected } = step.changes;
    if (saved && phase === 'RELEASING' && collected !== undefined) deps.observer.sealed(collected);
    if (saved && step.resumeAtMs > nowMs + SOON_MS) {
      return again('wait', { replay, generation, iteration }, row, step.resumeAtMs);
    }
    if (step.yields || deps.remainingMs() < MIN_STEP_MS)
      return again('continue', { replay, generation, iteration }, row, nowMs);
    if (saved && step.resumeAtMs > nowMs) await deps.clock.sleep(Math.ceil(step.resumeAtMs - nowMs));
    row = await deps.replays.get(replay);
  }
}

/** A step that is not a walk (which keeps its own deadline) takes a few requests. */
const MIN_STEP_MS = 15_000;

function stepOf(row: ReplayRow, generation: number, deps: SequenceDeps): Promise<Step> {
  if (row.phase === 'SEALED') return sealed(row, deps);
  if (row.phase === 'RELEASING') {
    return releasing(row, deps, () => signOfLife(row, generation, deps.clock.now()));
  }
  return collecting(row, deps);
}

/** The step was chosen by these; if one has changed, it was chosen wrongly. */
function guardOf(row: ReplayRow, step: Step): RowGuard {
  return {
    phase: row.phase,
    generation: row.generation,
    queuesEmptyAtMs: row.queuesEmptyAtMs,
    sealedAtMs: row.sealedAtMs,
    ...(step.changes.checkpoint && { checkpointUpTo: step.changes.checkpoint.position }),
  };
}

/**
 * Renews the lease in the name of this generation. Where a later one is named that nobody has started yet, its lease
 * is not ours to take: the next collected event starts it.
 */
function signOfLife(row: ReplayRow, generation: number, nowMs: number, resumeAtMs = nowMs): RowChanges {
  if (row.generation > generation) return { heartbeatAtMs: nowMs };
  const leaseUntilMs = Math.ceil(Math.max(resumeAtMs, nowMs)) + LEASE_GRACE_MS;
  return { generation, heartbeatAtMs: nowMs, leaseUntilMs };
}

/** A later generation has been started. One that is only named in the row may never have been. */
function isSuperseded(row: ReplayRow, generation: number): boolean {
  return row.generation > generation && row.leaseUntilMs !== undefined;
}

function again(
  action: 'wait' | 'continue',
  state: Required<SequencerState>,
  row: ReplayRow,
  resumeAtMs: number,
): SequenceAnswer {
  const iteration = state.iteration + 1;
  const resumeAt = new Date(resumeAtMs).toISOString();
  if (iteration < MAX_ITERATIONS) return { ...state, action, resumeAt, iteration };
  // The name of a generation that the row names already may be used up.
  const nextGeneration = Math.max(row.generation, state.generation) + 1;
  return { ...state, action: 'continueAsNew', resumeAt, iteration: 0, generation: nextGeneration };
}

function failed(error: string, cause: string): SequenceAnswer {
  return { action: 'fail', Error: error, Cause: cause };
}

/** A row's reason starts with the code of the error behind it. */
function splitReason(reason = 'Unknown: no reason recorded'): [string, string] {
  const colon = reason.indexOf(': ');
  if (colon < 0) return ['Unknown', reason];
  return [reason.slice(0, colon), reason.slice(colon + 2)];
}

function validateState(state: unknown): Required<SequencerState> {
  if (isObject(state)) {
    const { replay, generation, iteration = 0 } = state;
    if (typeof replay === 'string' && replay !== '' && isCount(generation) && isCount(iteration)) {
      return { replay, generation, iteration };
    }
  }
  throw new OrderedReplayError('InvalidInput', 'The input of the sequencer names no replay and generation.', {
    remedy: 'Expected is {"replay": "<name>", "generation": 1}, as collect starts it.',
  });
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
