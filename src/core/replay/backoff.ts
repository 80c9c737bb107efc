import { MAX_BACKOFF_MS, MIN_BACKOFF_MS } from '../limits';
import type { ReplayRow, RowChanges } from './row';

/** How long to leave a service alone that was unavailable, after so long a wait for the same reason. */
export function nextBackoffMs(lastMs: number): number {
  return Math.min(Math.max(2 * lastMs, MIN_BACKOFF_MS), MAX_BACKOFF_MS);
}

/** True if the release has come further than the row says: then the next wait is a short one. */
export function hasComeFurther({ checkpoint }: RowChanges, row: ReplayRow): boolean {
  return checkpoint !== undefined && checkpoint.position !== row.checkpoint?.position;
}
