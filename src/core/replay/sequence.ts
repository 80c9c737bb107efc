import { type ErrorCode, isUnavailable, OrderedReplayError, textOf } from '../errors';
import { isObject } from '../json';
import { LEASE_GRACE_MS, MAX_ITERATIONS, MIN_STEP_MS, MINUTE_MS, SOON_MS } from '../limits';
import type { Replays, SequencerInput } from '../ports';
import { releasing } from '../release/release';
import { collecting, sealed } from '../seal/seal';
import { hasComeFurther, nextBackoffMs } from './backoff';
import { type ReplayReport, reportOf } from './report';
import { forgetAbort, forgetRestarts, isProgress } from './restarts';
import { hasEnded, isAborted, type ReplayRow, type RowChanges, type RowGuard } from './row';
import { noticeOf } from './row-notice';
import { guardAsRead, isStopped, problemWith, readAt } from './row-problems';
import { againAt, failed, type Save, type Step, type StepDeps } from './step';

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
}

export interface SequencerState extends SequencerInput {
  /** Calls of this execution so far; absent at its start. */
  iteration?: number;
  /** How long the last call waited because a service was unavailable; absent if it came further. */
  backoffMs?: number;
}

/** What one call knows of its execution. */
type Call = SequencerState & { iteration: number; row?: ReplayRow };

/** The answer, as the `Choice` state `NextAction` reads it. */
export type SequenceAnswer =
  | ({ action: 'wait' | 'continue' | 'continueAsNew'; resumeAt: string } & SequencerState)
  | { action: 'done'; report: ReplayReport }
  | { action: 'fail'; Error: ErrorCode | 'Unknown'; Cause: string };

/** @throws OrderedReplayError `InvalidInput` for a state that no execution of ours would have. */
export async function sequence(state: SequencerState, deps: SequenceDeps): Promise<SequenceAnswer> {
  const call = validateState(state);
  try {
    return await takeSteps(call, deps);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const backoffMs = nextBackoffMs(call.backoffMs ?? 0);
    deps.observer.backsOff(error, backoffMs);
    return again('wait', { ...call, backoffMs }, deps.clock.now() + backoffMs);
  }
}

/** @param call Is kept up to date: the answer needs it when a step has failed. */
async function takeSteps(call: Call, deps: SequenceDeps): Promise<SequenceAnswer> {
  const { replay, generation } = call;
  const { clock, observer, replays } = deps;
  let row = await replays.get(replay);
  for (;;) {
    row = row && readAt(row, clock.now());
    if (!row) return answerFail('ReplayNotFound', textOf(noRow(replay)));
    if (row.phase === 'FAILED')
      return answerFail(row.errorCode ?? 'Unknown', row.reason ?? 'No reason is recorded.');
    if (hasEnded(row.phase) || isSuperseded(row, generation) || isAbortedFor(row, generation))
      return { action: 'done', report: reportOf(row) };
    if (row.generation < generation && !problemWith(row, ['generation'])) {
      const life = { ...signOfLife(row, generation, clock.now()), ...forgetAbort(row) };
      const { generation: before, abortedGeneration } = row;
      await replays.save(replay, life, guardAsRead(row, { generation: before, abortedGeneration }));
      row = await replays.get(replay);
      continue;
    }
    const current = row;
    call.row = current;
    const readAtMs = clock.now();
    const save = (changes: RowChanges, resumeAtMs?: number, isCompleted = false) =>
      replays.save(
        replay,
        {
          ...signOfLife(current, generation, clock.now(), resumeAtMs),
          ...(isProgress(current, changes, isCompleted) && forgetRestarts(current)),
          ...noticeOf(current),
          ...changes,
        },
        guardAsRead(current, guardOf(current, changes)),
      );
    const saveProgress = async (changes: RowChanges, resumeAtMs?: number) => {
      const saved = await save(changes, resumeAtMs);
      if (saved && hasComeFurther(changes, current)) delete call.backoffMs;
      return saved;
    };
    const saveOnTheWay = async (changes: RowChanges) =>
      (await saveProgress(changes)) && clock.now() < readAtMs + READ_ROW_EVERY_MS;
    const step = isStopped(current)
      ? againAt(readAtMs + READ_ROW_EVERY_MS)
      : await stepOf(current, deps, saveOnTheWay).catch((error) => failed(error));
    if (step.kind === 'failed') {
      await saveBeforeFailing(step, saveProgress, clock.now() + nextBackoffMs(call.backoffMs ?? 0));
      throw step.error;
    }
    const resumeAtMs = step.kind === 'again' ? step.atMs : undefined;
    const ending = step.kind === 'end' && changesOfEnd(step);
    const saved = await save({ ...step.changes, ...ending }, resumeAtMs, true);
    delete call.backoffMs;
    const nowMs = clock.now();
    const { phase, collected } = step.changes;
    // What a rerun counts was collected before.
    const isFirst = current.set === undefined;
    if (saved && phase === 'RELEASING' && collected !== undefined && isFirst) observer.sealed(collected);
    const pauseMs = saved && resumeAtMs !== undefined ? resumeAtMs - nowMs : 0;
    if (pauseMs > 0 && pauseMs > Math.min(SOON_MS, deps.remainingMs() - MIN_STEP_MS)) {
      return again('wait', call, nowMs + pauseMs);
    }
    if (step.kind === 'yield' || deps.remainingMs() < MIN_STEP_MS) {
      return again('continue', call, nowMs);
    }
    if (pauseMs > 0) await clock.sleep(Math.ceil(pauseMs));
    row = await replays.get(replay);
  }
}

/** What somebody has typed into the row is seen after so long at the latest, by a long walk too. */
const READ_ROW_EVERY_MS = MINUTE_MS;

function stepOf(row: ReplayRow, deps: StepDeps, save: Save): Promise<Step> {
  if (row.phase === 'SEALED') return sealed(row, deps);
  if (row.phase === 'RELEASING') return releasing(row, deps, save);
  return collecting(row, deps);
}

/** What a step did before it failed is kept as far as it can be; its own error is the one that counts. */
async function saveBeforeFailing(
  { error, changes }: Extract<Step, { kind: 'failed' }>,
  save: (changes: RowChanges, resumeAtMs?: number) => Promise<boolean>,
  resumeAtMs: number,
): Promise<void> {
  try {
    // While a sequencer waits for a service, its lease must hold. After a fault its life is not certain.
    if (isUnavailable(error)) await save(changes, resumeAtMs);
    else if (changes.checkpoint) await save(changes);
  } catch {
    // The next call starts from the checkpoint before.
  }
}

/** The step was chosen by these; if one has changed, it was chosen wrongly. */
function guardOf(row: ReplayRow, { checkpoint, phase }: RowChanges): RowGuard {
  return {
    phase: row.phase,
    generation: row.generation,
    queuesEmptyAtMs: row.queuesEmptyAtMs,
    sealedAtMs: row.sealedAtMs,
    countingSaves: row.countingSaves,
    abortedGeneration: row.abortedGeneration,
    ...(phase === 'SEALED' && { lastArrivalAtMs: row.lastArrivalAtMs }),
    ...(checkpoint && { checkpointUpTo: checkpoint.position }),
  };
}

/** What the row says of an end: nobody looks at it again, and nothing is left to warn of. */
function changesOfEnd(end: Extract<Step, { kind: 'end' }>): RowChanges {
  const ended: RowChanges = {
    phase: end.phase,
    resumeAtMs: undefined,
    restarts: undefined,
    notBeforeMs: undefined,
    abortedGeneration: undefined,
    warnings: undefined,
  };
  if (end.phase === 'DONE') return ended;
  if (end.phase === 'CANCELLED') return { ...ended, reason: end.reason };
  return { ...ended, errorCode: end.error.code, reason: textOf(end.error) };
}

/**
 * Renews the lease in the name of this generation. Where a later one is named that nobody has started yet, its lease
 * is not ours to take: the healer starts it.
 */
function signOfLife(row: ReplayRow, generation: number, nowMs: number, resumeAtMs = nowMs): RowChanges {
  const laterMs = Math.ceil(Math.max(resumeAtMs, nowMs));
  const life = { heartbeatAtMs: nowMs, resumeAtMs: laterMs };
  if (row.generation > generation || problemWith(row, ['generation'])) return life;
  return { ...life, generation, leaseUntilMs: laterMs + LEASE_GRACE_MS };
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
  const { row, ...state } = call;
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

function validateState(state: unknown): Call {
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
