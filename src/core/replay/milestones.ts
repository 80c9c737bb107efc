import { MOST_ROW_COMMANDS } from '../limits';
import type { TakenUp } from './progress';
import type { Phase, ReplayRow, RowChanges } from './row';

/** Where the row says when a phase began. The others have times of their own that more depends on. */
const SINCE: Partial<Record<Phase, keyof ReplayRow>> = {
  INCOMPLETE: 'incompleteSinceMs',
  RELEASING: 'releasingSinceMs',
  CANCELLED: 'stoppedAtMs',
  FAILED: 'stoppedAtMs',
};

/**
 * What a save tells people besides: when the phase began that it enters, and what it takes up of the row's `command`.
 *
 * @param inHistory What was taken up, up to this `n`, stands in the run's history.
 */
export function milestonesOf(
  row: ReplayRow,
  changes: RowChanges,
  nowMs: number,
  inHistory: number | undefined,
): RowChanges {
  const { phase = row.phase } = changes;
  const since = phase === row.phase ? undefined : SINCE[phase];
  const left = row.takenUp?.filter(({ n }) => inHistory === undefined || n > inHistory) ?? [];
  const news = takenUpIn(row, changes, nowMs);
  const isChanged = news.length > 0 || left.length !== (row.takenUp?.length ?? 0);
  const takenUp = [...left, ...news].slice(-MOST_ROW_COMMANDS);
  return {
    ...(since && { [since]: nowMs }),
    ...(isChanged && { takenUp: takenUp.length > 0 ? takenUp : undefined }),
  };
}

function takenUpIn(
  row: ReplayRow,
  { plan, checkpoint = row.checkpoint }: RowChanges,
  nowMs: number,
): TakenUp[] {
  if (!plan || plan.n === (row.plan?.n ?? 0)) return [];
  const { n, taken, pausedAtMs } = plan;
  const paused = pausedAtMs !== undefined && ({ paused: true } as const);
  return [{ n, atMs: nowMs, taken, ...paused, released: checkpoint?.released ?? 0 }];
}
