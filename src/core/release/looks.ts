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

  async function ask(): Promise<boolean> {
    // From before the request: what it answers may be as old.
    lookedAtMs = clock.now();
    const { checkpoint } = walk;
    if (!checkpoint || checkpoint === saved) return row.isUnchanged();
    const isSaved = await row.save(walk.progress());
    if (isSaved) saved = checkpoint;
    return isSaved;
  }

  return {
    get dueAtMs(): number {
      return lookedAtMs + CHECKPOINT_EVERY_MS;
    },
    /** True while the row is as it was read. Many may ask at once, and all get the answer of one look. */
    lookIfDue(): true | Promise<boolean> {
      if (!looking && clock.now() < this.dueAtMs) return true;
      looking ??= ask().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}
