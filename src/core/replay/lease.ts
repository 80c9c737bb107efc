import { LEASE_GRACE_MS } from '../limits';
import type { Clock, Replays, SequencerStarts } from '../ports';
import { hasEnded, isAborted, type ReplayRow } from './row';
import { noticeOf, rowNotReadable } from './row-notice';
import { guardAsRead, problemWith } from './row-problems';

/**
 * Starts the sequencer that the row names, if nobody has started it yet. Costs nothing where somebody has.
 *
 * R7: a generation is named in the row before it is started, and a row without a lease says that it may not have been.
 * Starting it twice is safe: the same execution name cannot start twice. A sequencer that has died is the healer's.
 *
 * @returns the row as it is now.
 */
export async function ensureSequencer(
  row: ReplayRow,
  deps: { clock: Clock; replays: Pick<Replays, 'get' | 'save'>; starts: SequencerStarts },
): Promise<ReplayRow> {
  const { clock, replays, starts } = deps;
  const { replay, phase, generation, leaseUntilMs } = row;
  if (hasEnded(phase) || leaseUntilMs !== undefined || isAborted(row)) return row;
  const nameless = problemWith(row, ['generation']);
  if (nameless) {
    // Nobody else would say it: no execution can be named.
    await replays.save(replay, noticeOf(row, clock.now()), { hasNotEnded: true });
    throw rowNotReadable(replay, nameless);
  }
  const started = (await starts.start({ replay, generation })) === 'started';
  // One that has ended already has a lease that is over: no other delivery tries it, and the healer looks at it.
  const untilMs = started ? clock.now() + LEASE_GRACE_MS : clock.now();
  // The phase too: a row that somebody has just ended does not change.
  const guard = guardAsRead(row, { phase, generation, leaseUntilMs });
  await replays.save(replay, { leaseUntilMs: untilMs }, guard);
  return (await replays.get(replay)) ?? row;
}
