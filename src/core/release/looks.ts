import { CHECKPOINT_EVERY_MS } from '../limits';
import type { Clock } from '../ports';
import type { RowInUse } from '../replay/step';
import type { Walk } from './walk';

/**
 * R6: while events are being released, the row is looked at once a second, so that a command takes effect. How far the
 * release came is saved within a second, and that save is the look; where there is nothing to save, the row is read.
 */
export function createLooks(clock: Clock, row: RowInUse, walk: Walk) {
  let lookedAtMs = clock.now();
  let saved = row.hasUnsaved ? undefined : walk.checkpoint;
  let looking: Promise<boolean> | undefined;
  let hasMoved = false;

  async function ask(): Promise<boolean> {
    const askedAtMs = clock.now();
    const { checkpoint } = walk;
    const hasNews = checkpoint !== undefined && checkpoint !== saved;
    const isSame = await (hasNews ? row.save(walk.progress()) : row.isUnchanged());
    // From before the request: what it answers may be as old. One that fails was no look.
    lookedAtMs = askedAtMs;
    if (isSame) saved = checkpoint;
    hasMoved ||= !isSame;
    return isSame;
  }

  return {
    get dueAtMs(): number {
      return lookedAtMs + CHECKPOINT_EVERY_MS;
    },
    /** A look has found the row other than it was read: nothing more may begin. */
    get hasMoved(): boolean {
      return hasMoved;
    },
    /** True while the row is as it was read. Many may ask at once, and all get the answer of one look. */
    lookIfDue(): boolean | Promise<boolean> {
      if (hasMoved) return false;
      if (!looking && clock.now() < this.dueAtMs) return true;
      looking ??= ask().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}

export type Looks = ReturnType<typeof createLooks>;
