import { type ErrorCode, OrderedReplayError } from '../errors';
import { isObject } from '../json';
import { MAX_ITERATIONS } from '../limits';
import type { SequencerInput } from '../ports';
import type { createHistoryWriter } from './history-writer';
import type { Checkpoint } from './progress';
import type { ReplayReport } from './report';
import type { ReplayRow } from './row';

/* What a call of the sequencer is given, what it knows, and what it answers. */

export interface SequencerState extends SequencerInput {
  /** Calls of this execution so far; absent at its start. */
  iteration?: number;
  /** How long the last call waited because a service was unavailable; absent if it came further. */
  backoffMs?: number;
}

/** What one call knows of its execution. */
export type Call = SequencerState & {
  iteration: number;
  history: HistoryWriter;
  row?: ReplayRow;
  unsaved?: Unsaved;
};

type HistoryWriter = ReturnType<typeof createHistoryWriter>;

/** How far this call has come, that no save has taken; it counts as long as the row goes by the same plan. */
export interface Unsaved {
  checkpoint: Checkpoint;
  of: ReplayRow;
}

/** The answer, as the `Choice` state `NextAction` reads it. */
export type SequenceAnswer =
  | ({ action: 'wait' | 'continue' | 'continueAsNew'; resumeAt: string } & SequencerState)
  | { action: 'done'; report: ReplayReport }
  | { action: 'fail'; Error: ErrorCode | 'Unknown'; Cause: string };

/** A plan that another sequencer has taken up counts from the checkpoint in the row. */
export function withUnsaved(row: ReplayRow, unsaved: Unsaved | undefined): ReplayRow {
  if (!unsaved) return row;
  const { checkpoint, of } = unsaved;
  const isSame = row.phase === of.phase && row.generation === of.generation && row.plan?.n === of.plan?.n;
  const isFurther = checkpoint.position > (row.checkpoint?.position ?? '');
  return isSame && isFurther ? { ...row, checkpoint } : row;
}

export function again(action: 'wait' | 'continue', call: Call, resumeAtMs: number): SequenceAnswer {
  const { row, unsaved: _, history: __, ...state } = call;
  const { replay, generation } = state;
  const iteration = state.iteration + 1;
  const resumeAt = new Date(resumeAtMs).toISOString();
  if (iteration < MAX_ITERATIONS) return { ...state, action, resumeAt, iteration };
  // The name of a generation that the row names already may be used up.
  const nextGeneration = Math.max(row?.generation ?? 0, generation) + 1;
  return { action: 'continueAsNew', resumeAt, replay, generation: nextGeneration, iteration: 0 };
}

export function answerFail(code: ErrorCode | 'Unknown', reason: string): SequenceAnswer {
  return { action: 'fail', Error: code, Cause: reason };
}

/** @throws OrderedReplayError `InvalidInput` for a state that no execution of ours would have. */
export function validateState(state: unknown): SequencerState & { iteration: number } {
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
