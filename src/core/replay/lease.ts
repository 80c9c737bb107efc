import { OrderedReplayError } from '../errors';
import { LEASE_GRACE_MS, MAX_START_ATTEMPTS } from '../limits';
import type { Clock, Replays, SequencerStarts } from '../ports';
import { hasEnded, type ReplayRow } from './row';
import { guardAsRead, noticeOf, problemWith, rowNotReadable } from './row-problems';

/**
 * R7: while a replay has not ended, a sequencer holds its lease or is started here.
 *
 * A new generation is first named in the row and then started. A crash in between leaves a row without a lease, and the
 * next delivery then starts that generation. Starting it twice is safe: the same execution name cannot start twice.
 */

/**
 * Starts a sequencer, unless one is alive. Costs nothing while the lease in `row` holds.
 *
 * @returns the row with the lease that is now in force.
 * @throws OrderedReplayError `SequencerNotStarted` where several names in a row were used up.
 */
export async function ensureSequencer(
  row: ReplayRow,
  deps: { clock: Clock; replays: Replays; starts: SequencerStarts },
): Promise<ReplayRow> {
  const { clock, replays, starts } = deps;
  let current: ReplayRow | undefined = row;
  for (let attempt = 0; attempt < MAX_START_ATTEMPTS; attempt++) {
    if (!current || hasEnded(current.phase)) return current ?? row;
    const { replay, phase, generation, leaseUntilMs } = current;
    if (leaseUntilMs !== undefined && leaseUntilMs > clock.now()) return current;
    const nameless = problemWith(current, ['generation']);
    if (nameless) {
      // Nobody else would say it: no execution can be named.
      await replays.save(replay, noticeOf(current), { hasNotEnded: true });
      throw rowNotReadable(replay, nameless);
    }
    const started = leaseUntilMs === undefined && (await starts.start({ replay, generation })) === 'started';
    // A name that was used up, or a lease that ran out: the next generation takes over.
    const changes = started
      ? { leaseUntilMs: clock.now() + LEASE_GRACE_MS }
      : { generation: generation + 1, leaseUntilMs: undefined };
    // The phase too: a row that somebody has just ended does not change.
    await replays.save(replay, changes, guardAsRead(current, { phase, generation, leaseUntilMs }));
    // Ours or another's: what the row says now is what counts.
    current = await replays.get(replay);
  }
  if (current?.leaseUntilMs !== undefined && current.leaseUntilMs > clock.now()) return current;
  throw new OrderedReplayError(
    'SequencerNotStarted',
    `No sequencer of replay ${row.replay} could be started in ${MAX_START_ATTEMPTS} attempts.`,
    { remedy: 'The event is stored; trying again is safe.', ids: { replay: row.replay } },
  );
}
