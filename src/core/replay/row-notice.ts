import { OrderedReplayError } from '../errors';
import { isOfTheEvents, warningsOfTheEvents } from './lasting-warnings';
import { lateToResume } from './retention';
import type { ReplayRow, RowChanges, RowProblem, Warning } from './row';

/* What the service tells people in a row, beside what it keeps there for itself. */

const NOT_READABLE = 'RowNotReadable';
const CORRECT_IT = 'Correct it in this row and the replay goes on by itself.';
const PAUSED = 'Paused since ';

/**
 * What the row is to say: what of it cannot be read, that it is paused and until when its events are kept, that what is
 * left may take longer than that, that no event has an ordering key, that some have no order, and that tiebreakers are
 * of several kinds.
 *
 * @param stored The row as it is; nothing where it says so already.
 */
export function noticeOf(row: ReplayRow, nowMs: number, stored: ReplayRow = row): RowChanges {
  const { problems = [], warnings: present = [], reason } = row;
  const late = lateToResume(row, nowMs);
  const ours = [
    ...problems.map((each) => ({ code: NOT_READABLE, message: messageOf(each) })),
    ...(late ? [late] : []),
    ...warningsOfTheEvents(row),
  ];
  const warnings = [...present.filter(({ code }) => !isOurs(code)), ...ours];
  const stopping = problems.filter(({ stops }) => stops).map(messageOf);
  const says =
    stopping.length > 0
      ? `${stopping.join(' ')} Nothing is released meanwhile. ${CORRECT_IT}`
      : whilePaused(row);
  const mayWrite = reason === undefined || reason.endsWith(CORRECT_IT) || reason.startsWith(PAUSED);
  return {
    ...(!areEqual(warnings, stored.warnings) && { warnings: warnings.length > 0 ? warnings : undefined }),
    ...((says !== undefined || mayWrite) && says !== stored.reason && { reason: says }),
  };
}

function isOurs(code: string): boolean {
  return code === NOT_READABLE || code === 'PlaybackOutlivesRetention' || isOfTheEvents(code);
}

function areEqual(one: Warning[], other: Warning[] = []): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function whilePaused({ phase, plan, retainedUntilMs }: ReplayRow): string | undefined {
  if (phase !== 'RELEASING' || plan?.pausedAtMs === undefined) return undefined;
  const kept =
    retainedUntilMs === undefined
      ? ''
      : ` Its events are kept until ${new Date(retainedUntilMs).toISOString()}: what is not released by then is lost.`;
  return `${PAUSED}${new Date(plan.pausedAtMs).toISOString()}.${kept}`;
}

function messageOf({ attribute, is, expected }: RowProblem): string {
  return `${attribute} is ${is}; expected is ${expected}.`;
}

/** For an event that cannot be handled while the row says so. */
export function rowNotReadable(replay: string, problem: RowProblem): OrderedReplayError {
  return new OrderedReplayError(NOT_READABLE, `In the row of replay ${replay}, ${messageOf(problem)}`, {
    remedy: 'Correct it in the row; trying again is safe.',
    ids: { replay },
  });
}

/** @param run Its name, as it was asked for. */
export function noRow(run: string): OrderedReplayError {
  return new OrderedReplayError('ReplayNotFound', `There is no row of ${run}.`, {
    remedy:
      'Look at the name. A replay makes its row with its first event: look whether its rule matches. If the row was deleted, start another replay, under a new name.',
    ids: { replay: run },
  });
}
