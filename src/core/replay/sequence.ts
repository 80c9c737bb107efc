import { isUnavailable, textOf } from '../errors';
import { MIN_REMAINING_MS, MIN_STEP_MS, SOON_MS } from '../limits';
import type { Histories, Replays } from '../ports';
import { releasing } from '../release/release';
import { collecting, sealed } from '../seal/seal';
import { hasComeFurther, nextBackoffMs } from './backoff';
import {
  again,
  answerFail,
  type Call,
  type SequenceAnswer,
  type SequencerState,
  validateState,
  withUnsaved,
} from './call';
import { wishesOf } from './command';
import { createHistoryWriter } from './history-writer';
import { takeUpBeforeRelease } from './plan';
import { reportOf } from './report';
import { forgetAbort } from './restarts';
import { hasEnded, isAborted, type ReplayRow } from './row';
import { READ_ROW_EVERY_MS, saveBeforeFailing, useRow } from './row-in-use';
import { noRow } from './row-notice';
import { guardAsRead, isStopped, problemWith, readAt } from './row-problems';
import { changesOfEnd, signOfLife } from './row-save';
import { againAt, failed, type RowInUse, type Step, type StepDeps } from './step';

/**
 * Sequence: the loop body of the state machine of the same name. Looks at the replay's row, does what its phase
 * asks for, and answers what the state machine is to do next.
 *
 * R4, R7: all it knows is in the row; each step changes the row in one conditional write, and a write that is
 * refused means that another sequencer was there first: the row is read again and the step chosen anew.
 *
 * R7: a service that is unavailable for now is no failure. The call saves what it has and answers `wait`.
 */

export interface SequenceDeps extends StepDeps {
  replays: Replays;
  histories: Histories;
}

/** @throws OrderedReplayError `InvalidInput` for a state that no execution of ours would have. */
export async function sequence(state: SequencerState, deps: SequenceDeps): Promise<SequenceAnswer> {
  const call = { ...validateState(state), history: createHistoryWriter(deps) };
  try {
    return await takeSteps(call, deps);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const backoffMs = nextBackoffMs(call.backoffMs ?? 0);
    deps.observer.backsOff(error, backoffMs);
    return again('wait', { ...call, backoffMs }, deps.clock.now() + backoffMs);
  } finally {
    await call.history.end();
  }
}

/** @param call Is kept up to date: the answer needs it when a step has failed. */
async function takeSteps(call: Call, deps: SequenceDeps): Promise<SequenceAnswer> {
  const { replay, generation } = call;
  const { clock, observer, replays } = deps;
  let stored = await replays.get(replay);
  for (;;) {
    const row = stored && withUnsaved(readAt(stored, clock.now()), call.unsaved);
    if (!row) return answerFail('ReplayNotFound', textOf(noRow(replay)));
    if (row.phase === 'FAILED')
      return answerFail(row.errorCode ?? 'Unknown', row.reason ?? 'No reason is recorded.');
    if (hasEnded(row.phase) || isSuperseded(row, generation) || isAbortedFor(row, generation))
      return { action: 'done', report: reportOf(row) };
    if (row.generation < generation && !problemWith(row, ['generation'])) {
      const life = { ...signOfLife(row, generation, clock.now()), ...forgetAbort(row) };
      const { phase, generation: before, abortedGeneration } = row;
      const guard = { phase, generation: before, abortedGeneration };
      await replays.save(replay, life, guardAsRead(row, guard));
      stored = await replays.get(replay);
      continue;
    }
    call.row = row;
    call.history.read(row);
    const inUse = useRow(row, stored as ReplayRow, call, deps);
    const step = await nextStep(row, deps, inUse).catch((error) => failed(error));
    if (step.kind === 'failed') {
      await saveBeforeFailing(step, inUse, clock.now() + nextBackoffMs(call.backoffMs ?? 0));
      throw step.error;
    }
    const { reached = step.changes.checkpoint } = step;
    if (reached) call.unsaved = { checkpoint: reached, of: row };
    const resumeAtMs = step.kind === 'again' ? step.atMs : undefined;
    const ending = step.kind === 'end' && changesOfEnd(step, row);
    const saved = step.kind !== 'moved' && (await inUse.saveStep({ ...step.changes, ...ending }, resumeAtMs));
    // A walk whose time was over before all pages were there came no further.
    if (step.kind !== 'yield' || hasComeFurther(step.changes, row)) delete call.backoffMs;
    if (saved) delete call.unsaved;
    const nowMs = clock.now();
    const { phase, collected } = step.changes;
    // What a rerun counts was collected before.
    const isFirst = row.set === undefined;
    if (saved && phase === 'RELEASING' && collected !== undefined && isFirst) observer.sealed(collected);
    const pauseMs = saved && resumeAtMs !== undefined ? resumeAtMs - nowMs : 0;
    if (pauseMs > 0 && pauseMs > Math.min(SOON_MS, deps.remainingMs() - MIN_STEP_MS)) {
      return again('wait', call, nowMs + pauseMs);
    }
    // To save what another one's save has held up takes two requests.
    const leastMs = call.unsaved ? MIN_REMAINING_MS : MIN_STEP_MS;
    if ((saved && step.kind === 'yield') || deps.remainingMs() < leastMs) {
      return again('continue', call, nowMs);
    }
    if (pauseMs > 0) await clock.sleep(Math.ceil(pauseMs));
    stored = await replays.get(replay);
  }
}

/** A wish to cancel counts whatever else stands in the row. */
async function nextStep(row: ReplayRow, deps: StepDeps, inUse: RowInUse): Promise<Step> {
  const nowMs = deps.clock.now();
  if (wishesOf(row.command).cancelled) return cancelled();
  if (isStopped(row)) return againAt(nowMs + READ_ROW_EVERY_MS);
  if (row.phase === 'RELEASING') return releasing(row, deps, inUse);
  const step = await (row.phase === 'SEALED' ? sealed(row, deps) : collecting(row, deps));
  return { ...step, changes: { ...takeUpBeforeRelease(row, step.changes, nowMs), ...step.changes } };
}

function cancelled(): Step {
  return { kind: 'end', phase: 'CANCELLED', reason: 'command.cancelled is set in this row.', changes: {} };
}

/** A later generation has been started. One that is only named in the row may never have been. */
function isSuperseded(row: ReplayRow, generation: number): boolean {
  return row.generation > generation && row.leaseUntilMs !== undefined;
}

/**
 * Somebody has aborted the execution that the row names, and this call is of it or of one before. What it has put into
 * the lanes counts; the generation that is started by hand goes on from the checkpoint in the row.
 */
function isAbortedFor(row: ReplayRow, generation: number): boolean {
  return isAborted(row) && generation <= row.generation;
}
