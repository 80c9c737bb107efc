import { isUnavailable } from '../errors';
import { MINUTE_MS } from '../limits';
import type { Clock, Replays } from '../ports';
import { hasComeFurther } from './backoff';
import type { Call } from './call';
import { milestonesOf } from './milestones';
import { forgetRestarts, isProgress } from './restarts';
import type { ReplayRow, RowChanges } from './row';
import { noticeOf } from './row-notice';
import { guardAsRead, readAt } from './row-problems';
import { guardOf, isSameFor, signOfLife } from './row-save';
import type { Step } from './step';

/** What somebody types into a row is seen after so long, at most. */
export const READ_ROW_EVERY_MS = MINUTE_MS;

/** The saves of a step, each under the guard of what the step rests on. */
export function useRow(
  row: ReplayRow,
  stored: ReplayRow,
  call: Call,
  { clock, replays }: { clock: Clock; replays: Replays },
) {
  const { replay, generation } = call;
  const readAtMs = clock.now();
  async function save(changes: RowChanges, resumeAtMs?: number, isCompleted = false): Promise<boolean> {
    // What a save before this one could not take, whatever this one is for.
    const { checkpoint = row.checkpoint } = changes;
    const isUnsaved = checkpoint !== stored.checkpoint;
    const all: RowChanges = { ...changes, ...(checkpoint && isUnsaved && { checkpoint }) };
    const nowMs = clock.now();
    const cleared = isProgress(stored, all, isCompleted) ? forgetRestarts(row) : {};
    const told = milestonesOf(row, all, nowMs, call.history.inHistory);
    const asSaved = { ...row, ...cleared, ...told, ...all } as ReplayRow;
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
    saveStep: (changes: RowChanges, resumeAtMs?: number) => save(changes, resumeAtMs, true),
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

/** What a step did before it failed is kept as far as it can be; its own error is the one that counts. */
export async function saveBeforeFailing(
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
