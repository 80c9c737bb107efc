import { FIRST_RESTART_DELAY_MS, MAX_RESTART_DELAY_MS, RESTARTS_BEFORE_ALARM } from '../limits';
import { isOpen, type ReplayRow, type RowChanges, type Warning } from './row';

/**
 * What the row says of sequencers that died: how many in a row came no further, when the next may be started, and what
 * a person should know. The healer counts; the sequencer that gets further takes the count away.
 */

const KEEPS_ENDING = 'SequencerKeepsEnding';
const ABORTED = 'SequencerAborted';

/** One more restart without progress: each delay is twice the one before. */
export function countRestart(row: ReplayRow, nowMs: number): RowChanges {
  const restarts = (row.restarts ?? 0) + 1;
  const delayMs = Math.min(FIRST_RESTART_DELAY_MS * 2 ** (restarts - 1), MAX_RESTART_DELAY_MS);
  const changes: RowChanges = { restarts, notBeforeMs: nowMs + delayMs };
  if (restarts < RESTARTS_BEFORE_ALARM) return changes;
  const message =
    `The sequencer was restarted ${restarts} times and came no further. Look at why the last execution of the state ` +
    'machine sequence ended, and mend that. It is tried again about once an hour, and goes on by itself.';
  return { ...changes, warnings: withWarning(row, { code: KEEPS_ENDING, message }) };
}

/** Somebody has aborted this generation: that is a decision, which only a person takes back. */
export function markAborted(row: ReplayRow, generation: number): RowChanges {
  const warnings = withWarning(row, abortWarning(row, generation));
  return { generation, abortedGeneration: generation, warnings };
}

/** Nothing where the row says it already. */
export function warnOfAbort(row: ReplayRow, generation: number): RowChanges {
  if (row.warnings?.some(({ code }) => code === ABORTED)) return {};
  return { warnings: withWarning(row, abortWarning(row, generation)) };
}

function abortWarning({ replay }: ReplayRow, generation: number): Warning {
  const message =
    `Somebody aborted execution ${replay}.${generation} of the state machine sequence, so nothing is delivered. ` +
    `To go on, start generation ${generation + 1} by hand: docs/errors.md has the line. To give up, also set command.cancelled to true.`;
  return { code: ABORTED, message };
}

/** What a save takes away that carries progress: the next death counts as the first. */
export function forgetRestarts(row: ReplayRow): RowChanges {
  if (row.restarts === undefined) return {};
  return { restarts: undefined, notBeforeMs: undefined, ...withoutWarning(row, KEEPS_ENDING) };
}

/** What a later generation takes away when it takes over: somebody has started it. */
export function forgetAbort(row: ReplayRow): RowChanges {
  if (row.abortedGeneration === undefined) return {};
  return { abortedGeneration: undefined, ...withoutWarning(row, ABORTED) };
}

/** Whether a save has come further than the row: a poll that came to its end, or something that is new. */
export function isProgress(row: ReplayRow, changes: RowChanges, isCompleted: boolean): boolean {
  if (isCompleted && isOpen(row.phase)) return true;
  // What is only shown to people is not what a replay is about.
  const { checkpoint, next: _, lag: __, rate: ___, takenUp: ____, ...others } = changes;
  if (checkpoint && checkpoint.position !== row.checkpoint?.position) return true;
  return (Object.keys(others) as (keyof typeof others)[]).some((name) => others[name] !== row[name]);
}

function withWarning(row: ReplayRow, warning: Warning): Warning[] {
  return [...(row.warnings ?? []).filter(({ code }) => code !== warning.code), warning];
}

function withoutWarning({ warnings }: ReplayRow, gone: string): RowChanges {
  if (!warnings?.some(({ code }) => code === gone)) return {};
  const left = warnings.filter(({ code }) => code !== gone);
  return { warnings: left.length > 0 ? left : undefined };
}
