import { type ErrorCode, OrderedReplayError, textOf } from '../errors';
import { isObject } from '../json';
import { LEASE_GRACE_MS, MAX_ITERATIONS, MINUTE_MS, SOON_MS } from '../limits';
import type { Replays, SequencerInput } from '../ports';
import { releasing } from '../release/release';
import { collecting, sealed } from '../seal/seal';
import { type ReplayReport, reportOf } from './report';
import { forgetAbort, forgetRestarts, isProgress } from './restarts';
import { hasEnded, type ReplayRow, type RowChanges, type RowGuard } from './row';
import { guardAsRead, isStopped, noticeOf, problemWith, readAt } from './row-problems';
import { againAt, type Save, type Step, type StepDeps } from './step';

/**
 * Sequence: the loop body of the state machine of the same name. Looks at the replay's row, does what its phase
 * asks for, and answers what the state machine is to do next.
 *
 * R4, R7: all it knows is in the row; each step changes the row in one conditional write, and a write that is
 * refused means that another sequencer was there first: the row is read again and the step chosen anew.
 */

export interface SequenceDeps extends StepDeps {
  replays: Replays;
}

export interface SequencerState extends SequencerInput {
  /** Calls of this execution so far; absent at its start. */
  iteration?: number;
}

/** The answer, as the `Choice` state `NextAction` reads it. */
export type SequenceAnswer =
  | ({ action: 'wait' | 'continue' | 'continueAsNew'; resumeAt: string } & Required<SequencerState>)
  | { action: 'done'; report: ReplayReport }
  | { action: 'fail'; Error: ErrorCode | 'Unknown'; Cause: string };

/** @throws OrderedReplayError `InvalidInput` for a state that no execution of ours would have. */
export async function sequence(state: SequencerState, deps: SequenceDeps): Promise<SequenceAnswer> {
  const { replay, generation, iteration } = validateState(state);
  const { clock, observer, replays } = deps;
  let row = await replays.get(replay);
  for (;;) {
    row = row && readAt(row, clock.now());
    if (!row) return answerFail('ReplayNotFound', textOf(noRow(replay)));
    if (row.phase === 'FAILED')
      return answerFail(row.errorCode ?? 'Unknown', row.reason ?? 'No reason is recorded.');
    if (hasEnded(row.phase) || isSuperseded(row, generation))
      return { action: 'done', report: reportOf(row) };
    if (row.generation < generation && !problemWith(row, ['generation'])) {
      const life = { ...signOfLife(row, generation, clock.now()), ...forgetAbort(row) };
      await replays.save(replay, life, { generation: row.generation });
      row = await replays.get(replay);
      continue;
    }
    const current = row;
    const readAtMs = clock.now();
    const save = (changes: RowChanges, resumeAtMs?: number) =>
      replays.save(
        replay,
        {
          ...signOfLife(current, generation, clock.now(), resumeAtMs),
          ...(isProgress(current, changes) && forgetRestarts(current)),
          ...noticeOf(current),
          ...changes,
        },
        guardAsRead(current, guardOf(current, changes)),
      );
    const saveOnTheWay = async (changes: RowChanges) =>
      (await save(changes)) && clock.now() < readAtMs + READ_ROW_EVERY_MS;
    const step = isStopped(current)
      ? againAt(readAtMs + READ_ROW_EVERY_MS)
      : await stepOf(current, deps, saveOnTheWay);
    const resumeAtMs = step.kind === 'again' ? step.atMs : undefined;
    const saved = await save(
      { ...step.changes, ...(step.kind === 'end' && changesOfEnd(step, current)) },
      resumeAtMs,
    );
    const nowMs = clock.now();
    const { phase, collected } = step.changes;
    if (saved && phase === 'RELEASING' && collected !== undefined) observer.sealed(collected);
    const pauseMs = saved && resumeAtMs !== undefined ? resumeAtMs - nowMs : 0;
    if (pauseMs > 0 && pauseMs > Math.min(SOON_MS, deps.remainingMs() - MIN_STEP_MS)) {
      return again('wait', { replay, generation, iteration }, current, nowMs + pauseMs);
    }
    if (step.kind === 'yield' || deps.remainingMs() < MIN_STEP_MS) {
      return again('continue', { replay, generation, iteration }, current, nowMs);
    }
    if (pauseMs > 0) await clock.sleep(Math.ceil(pauseMs));
    row = await replays.get(replay);
  }
}

/** What somebody has typed into the row is seen after so long at the latest, by a long walk too. */
const READ_ROW_EVERY_MS = MINUTE_MS;

/** A step that is not a walk (which keeps its own deadline) takes a few requests. */
const MIN_STEP_MS = 15_000;

function stepOf(row: ReplayRow, deps: StepDeps, save: Save): Promise<Step> {
  if (row.phase === 'SEALED') return sealed(row, deps);
  if (row.phase === 'RELEASING') return releasing(row, deps, save);
  return collecting(row, deps);
}

/** The step was chosen by these; if one has changed, it was chosen wrongly. */
function guardOf(row: ReplayRow, { checkpoint, phase }: RowChanges): RowGuard {
  return {
    phase: row.phase,
    generation: row.generation,
    queuesEmptyAtMs: row.queuesEmptyAtMs,
    sealedAtMs: row.sealedAtMs,
    countingSaves: row.countingSaves,
    ...(phase === 'SEALED' && { lastArrivalAtMs: row.lastArrivalAtMs }),
    ...(checkpoint && { checkpointUpTo: checkpoint.position }),
  };
}

/** What the row says of an end: nobody looks at it again. */
function changesOfEnd(end: Extract<Step, { kind: 'end' }>, row: ReplayRow): RowChanges {
  const ended: RowChanges = { phase: end.phase, resumeAtMs: undefined, ...forgetAbort(row) };
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

function validateState(state: unknown): Required<SequencerState> {
  if (isObject(state)) {
    const { replay, generation, iteration = 0 } = state;
    if (typeof replay === 'string' && replay !== '' && isCount(generation) && isCount(iteration)) {
      return { replay, generation, iteration };
    }
  }
  throw new OrderedReplayError('InvalidInput', 'The input of the sequencer names no replay and generation.', {
    remedy: 'Expected is {"replay":"<name>","generation":1}, as collect starts it.',
  });
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
