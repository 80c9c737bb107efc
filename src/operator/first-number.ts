import { justAfter, justBefore } from '../core/event/bounds';
import { COUNT_CONCURRENCY } from '../core/limits';
import type { EventBuffer } from '../core/ports';
import type { ReplayRow } from '../core/replay/row';
import { setOf } from '../core/replay/run';
import { sideBySide } from '../core/side-by-side';

/** To count the beginning of a larger set would take longer than a person waits. */
const MOST_EVENTS = 100_000;

/**
 * The place, from 1, that the first event of a rerun has among all events of its kind in the set, for a person who knows
 * them by number. `undefined` where nobody can say: of late events, of a large set, or where the buffer cannot be read.
 *
 * @param collected Events in the set.
 */
export async function firstNumberOf(
  row: ReplayRow,
  collected: number,
  buffer: Pick<EventBuffer, 'count'>,
): Promise<number | undefined> {
  const { include, from, after } = row;
  if (include !== 'sealed' || collected > MOST_EVENTS) return undefined;
  if (from === undefined && after === undefined) return 1;
  const last = from === undefined ? justAfter(after as string) : justBefore(from);
  let before = 0;
  try {
    const buckets = Array.from({ length: row.buckets }, (_, bucket) => bucket);
    await sideBySide(buckets, COUNT_CONCURRENCY, async (bucket) => {
      let counted: string | undefined;
      do {
        const page = await buffer.count(setOf(row), bucket, { sealed: true, last }, counted);
        before += page.events;
        counted = page.upTo;
      } while (counted !== undefined);
    });
  } catch {
    return undefined;
  }
  return before + 1;
}
