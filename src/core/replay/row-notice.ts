import { OrderedReplayError } from '../errors';
import type { ReplayRow, RowChanges, RowProblem } from './row';

/* How people are told of what cannot be read in a row. */

const CODE = 'RowNotReadable';
const CORRECT_IT = 'Correct it in this row and the replay goes on by itself.';

/** What the row is to say of its problems, as far as it does not say so yet; and no more once they are gone. */
export function noticeOf(row: ReplayRow): RowChanges {
  const { problems = [], warnings: present = [], reason } = row;
  const ours = problems.map((each) => ({ code: CODE, message: messageOf(each) }));
  const warnings = [...present.filter(({ code }) => code !== CODE), ...ours];
  const stopping = problems.filter(({ stops }) => stops).map(messageOf);
  const says =
    stopping.length > 0 ? `${stopping.join(' ')} Nothing is released meanwhile. ${CORRECT_IT}` : undefined;
  const isOurs = reason === undefined || reason.endsWith(CORRECT_IT);
  return {
    ...(JSON.stringify(warnings) !== JSON.stringify(present) && {
      warnings: warnings.length > 0 ? warnings : undefined,
    }),
    ...((says !== undefined || isOurs) && says !== reason && { reason: says }),
  };
}

function messageOf({ attribute, is, expected }: RowProblem): string {
  return `${attribute} is ${is}; expected is ${expected}.`;
}

/** For an event that cannot be handled while the row says so. */
export function rowNotReadable(replay: string, problem: RowProblem): OrderedReplayError {
  return new OrderedReplayError(CODE, `In the row of replay ${replay}, ${messageOf(problem)}`, {
    remedy: 'Correct it in the row; trying again is safe.',
    ids: { replay },
  });
}
