import { type ErrorCode, isUnavailable, OrderedReplayError, textOf } from '../errors';
import { isObject } from '../json';
import { MAX_ITERATIONS, MIN_REMAINING_MS, MIN_STEP_MS, MINUTE_MS, SOON_MS } from '../limits';
import type { Histories, Replays, SequencerInput } from '../ports';
import { releasing } from '../release/release';
import { collecting, sealed } from '../seal/seal';
import { hasComeFurther, nextBackoffMs } from './backoff';
import { wishesOf } from './command';
import { createHistoryWriter } from './history-writer';
import { milestonesOf } from './milestones';
import { takeUpBeforeRelease } from './plan';
import { type ReplayReport, reportOf } from './report';
import { forgetAbort, forgetRestarts, isProgress } from './restarts';
import { type Checkpoint, hasEnded, isAborted, type ReplayRow, type RowChanges, type Warning } from './row';
import { noticeOf } from './row-notice';
import { guardAsRead, isStopped, problemWith, readAt } from './row-problems';
import { changesOfEnd, guardOf, isSameFor, signOfLife } from './row-save';
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

export interface SequencerState extends SequencerInput {
  /** Calls of this execution so far; absent at its start. */
  iteration?: number;
  /** How long the last call waited because a service was unavailable; absent if it came further. */
  backoffMs?: number;
}

/** What one call knows of its execution. */
type Call = SequencerState & {
  iteration: number;
  history: HistoryWriter;
  row?: ReplayRow;
  unsaved?: Unsaved;
};

type HistoryWriter = ReturnType<typeof createHistoryWriter>;

/** How far this call has come, that no save has taken; it counts as long as the row goes by the same plan. */
interface Unsaved {
  checkpoint: Checkpoint;
  of: ReplayRow;
}

/** The answer, as the `Choice` state `NextAction` reads it. */
export type SequenceAnswer =
  | ({ action: 'wait' | 'continue' | 'continueAsNew'; resumeAt: string } & SequencerState)
  | { action: 'done'; report: ReplayReport }
  | { action: 'fail'; Error: ErrorCode | 'Unknown'; Cause: string };

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
    const saved =
      step.kind !== 'moved' && (await inUse.saveStep({ ...step.changes, ...ending }, resumeAtMs, step.tell));
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

/** The saves of a step, each under the guard of what the step rests on. */
function useRow(row: ReplayRow, stored: ReplayRow, call: Call, { clock, replays }: SequenceDeps) {
  const { replay, generation } = call;
  const readAtMs = clock.now();
  async function save(
    changes: RowChanges,
    resumeAtMs?: number,
    { isCompleted = false, tell = [] as readonly Warning[] } = {},
  ): Promise<boolean> {
    // What a save before this one could not take, whatever this one is for.
    const { checkpoint = row.checkpoint } = changes;
    const isUnsaved = checkpoint !== stored.checkpoint;
    const all: RowChanges = { ...changes, ...(checkpoint && isUnsaved && { checkpoint }) };
    const nowMs = clock.now();
    const cleared = isProgress(stored, all, isCompleted) ? forgetRestarts(row) : {};
    const told = milestonesOf(row, all, nowMs, call.history.inHistory);
    const asSaved = { ...row, ...cleared, ...told, ...all } as ReplayRow;
    if (tell.length > 0) asSaved.warnings = [...(asSaved.warnings ?? []), ...tell];
    const saved = await replays.save(
      replay,
      {
        ...signOfLife(row, generation, nowMs, resumeAtMs),
        ...cleared,
        ...noticeOf(asSaved, nowMs, row),
        ...told,
        ...all,
      },
      guardAsRead(row, guardOf(row, all)),
    );
    if (saved) call.history.saved(asSaved, row, nowMs);
    return saved;
  }
  async function saveOnTheWay(changes: RowChanges, resumeAtMs?: number): Promise<boolean> {
    const saved = await save(changes, resumeAtMs);
    if (saved && hasComeFurther(changes, row)) delete call.backoffMs;
    return saved;
  }
  return {
    hasUnsaved: row.checkpoint !== stored.checkpoint,
    saveStep: (changes: RowChanges, resumeAtMs?: number, tell: readonly Warning[] = []) =>
      save(changes, resumeAtMs, { isCompleted: true, tell }),
    saveOnTheWay,
    // What somebody has typed into the row is seen after a minute at the latest, by a long walk too.
    save: async (changes: RowChanges) =>
      (await saveOnTheWay(changes)) && clock.now() < readAtMs + READ_ROW_EVERY_MS,
    async isUnchanged() {
      const found = await replays.get(replay);
      return isSameFor(row, found && readAt(found, clock.now()));
    },
  };
}

const READ_ROW_EVERY_MS = MINUTE_MS;

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

/** A plan that another sequencer has taken up counts from the checkpoint in the row. */
function withUnsaved(row: ReplayRow, unsaved: Unsaved | undefined): ReplayRow {
  if (!unsaved) return row;
  const { checkpoint, of } = unsaved;
  const isSame = row.phase === of.phase && row.generation === of.generation && row.plan?.n === of.plan?.n;
  const isFurther = checkpoint.position > (row.checkpoint?.position ?? '');
  return isSame && isFurther ? { ...row, checkpoint } : row;
}

/** What a step did before it failed is kept as far as it can be; its own error is the one that counts. */
async function saveBeforeFailing(
  { error, changes }: Extract<Step, { kind: 'failed' }>,
  { saveOnTheWay }: ReturnType<typeof useRow>,
  resumeAtMs: number,
): Promise<void> {
  try {
    // While a sequencer waits for a service, its lease must hold. After a fault its life is not certain.
    if (isUnavailable(error)) await saveOnTheWay(changes, resumeAtMs);
    else if (changes.checkpoint) await saveOnTheWay(changes);
  } catch {
    // The next call starts from the checkpoint before.
  }
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

function again(action: 'wait' | 'continue', call: Call, resumeAtMs: number): SequenceAnswer {
  const { row, unsaved: _, history: __, ...state } = call;
  const { replay, generation } = state;
  const iteration = state.iteration + 1;
  const resumeAt = new Date(resumeAtMs).toISOString();
  if (iteration < MAX_ITERATIONS) return { ...state, action, resumeAt, iteration };
  // The name of a generation that the row names already may be used up.
  const nextGeneration = Math.max(row?.generation ?? 0, generation) + 1;
  return { action: 'continueAsNew', resumeAt, replay, generation: nextGeneration, iteration: 0 };
}

function answerFail(code: ErrorCode | 'Unknown', reason: string): SequenceAnswer {
  return { action: 'fail', Error: code, Cause: reason };
}

function noRow(replay: string): OrderedReplayError {
  return new OrderedReplayError('ReplayNotFound', `No row of replay ${replay}.`, {
    remedy:
      'A replay makes its row with its first event; start one, under a new name if the row was deleted.',
    ids: { replay },
  });
}

function validateState(state: unknown): SequencerState & { iteration: number } {
  if (isObject(state)) {
    const { replay, generation, iteration = 0, backoffMs = 0 } = state;
    const isReplay = typeof replay === 'string' && replay !== '';
    if (isReplay && isCount(generation) && isCount(iteration) && isCount(backoffMs)) {
      return { replay, generation, iteration, ...(backoffMs > 0 && { backoffMs }) };
    }
  }
  throw new OrderedReplayError('InvalidInput', 'The input of the sequencer names no replay and generation.', {
    remedy: 'Expected is {"replay":"<name>","generation":1}, as collect starts it.',
  });
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
