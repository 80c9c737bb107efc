import { COUNT_CONCURRENCY, COUNT_STEP_MS, MIN_REMAINING_MS } from '../limits';
import type { BucketCount } from '../replay/progress';
import type { ReplayRow } from '../replay/row';
import { selectionOf, setOf } from '../replay/run';
import type { StepDeps } from '../replay/step';
import { sideBySide } from '../side-by-side';

/**
 * Counts what the run selects of its set, on from where the row says, page by page, the buckets side by side, for some seconds.
 *
 * The set does not change any more, so a part that was counted stays true: any call can go on from it, and however often
 * that is interrupted, comes to the same number (R1).
 *
 * @throws What a page failed with, where no page could be counted; else what was counted is worth keeping.
 */
export async function countOn(row: ReplayRow, deps: StepDeps): Promise<BucketCount[]> {
  const { buffer, clock } = deps;
  const startMs = clock.now();
  const [set, selection] = [setOf(row), selectionOf(row)];
  const counts = row.counting?.length === row.buckets ? [...row.counting] : fromZero(row.buckets);
  let pages = 0;
  const isTimeLeft = () =>
    pages === 0 || (clock.now() - startMs < COUNT_STEP_MS && deps.remainingMs() > MIN_REMAINING_MS);
  try {
    await sideBySide(counts.keys(), COUNT_CONCURRENCY, async (bucket) => {
      for (let count = counts[bucket]; count && !count.done && isTimeLeft(); count = counts[bucket]) {
        const { events, upTo } = await buffer.count(set, bucket, selection, count.after);
        counts[bucket] = {
          events: count.events + events,
          done: upTo === undefined,
          ...(upTo !== undefined && { after: upTo }),
        };
        pages++;
      }
    });
  } catch (error) {
    if (pages === 0) throw error;
  }
  return counts;
}

function fromZero(buckets: number): BucketCount[] {
  return Array.from({ length: buckets }, () => ({ events: 0, done: false }));
}
