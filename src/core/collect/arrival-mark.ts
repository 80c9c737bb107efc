import { createHash } from 'node:crypto';
import type { Clock, Replays } from '../ports';
import { isOpen, type ReplayRow } from '../replay/row';
import { guardAsRead } from '../replay/row-problems';
import type { Settings } from '../settings';

/**
 * The arrival mark: `lastArrivalAt` in the replay's row, from which the seal counts (R1). Once a call has ended well, the
 * mark is at most `arrivalStaleMs` older than its event's arrival.
 *
 * It costs no write per event and makes no hot item, however many collectors there are:
 * - It is written only right after a strongly consistent read that shows it to be old, and under a condition on what
 *   that read showed: of many at once, one write takes effect.
 * - What counts as old depends on the event, from half of `arrivalStaleMs` to all of it. In a steady flow one or two
 *   events find it old first, and by the time that the others would, it is new.
 * - One event in `LEADERS` writes it beside its put. The others look again after their put, and mostly find it done:
 *   this is for a burst after a pause, which finds it old all at once.
 *
 * Best effort: no event fails for it. A call that fails comes again, or its event ends in a queue, whose depth counts it.
 */

const LEADERS = 64;
/** Each lost condition means that somebody else has written it: one is the rule, more than two are never needed. */
const MOST_WRITES = 3;
/** The call does not wait longer for it once its event is done. */
const PATIENCE_MS = 500;

export interface Arrival {
  eventId: string;
  arrivedAtMs: number;
  /** The row as this call has it, and whether it was read in this call. */
  row: ReplayRow;
  isJustRead: boolean;
  /** Settled once the event itself is done with. */
  handled: Promise<unknown>;
}

interface MarkDeps {
  clock: Clock;
  replays: Replays;
  settings: Settings;
  /** A strongly consistent read of the row. */
  readAgain(): Promise<ReplayRow | undefined>;
  /** Told of the mark that this call wrote. */
  marked(lastArrivalAtMs: number): void;
}

/** Ends when the mark is as new as it has to be, or when it took too long; never fails. */
export async function markArrival(arrival: Arrival, deps: MarkDeps): Promise<void> {
  if (!isOld(arrival, arrival.row, deps.settings)) return;
  let isOver = false;
  const marking = writeMark(arrival, deps)
    .catch(() => undefined)
    .then(() => {
      isOver = true;
    });
  await arrival.handled.catch(() => undefined);
  // What is left over is a conditional write that may come late or never: it can only move the mark forward.
  if (!isOver) await Promise.race([marking, deps.clock.sleep(PATIENCE_MS)]);
}

async function writeMark(arrival: Arrival, deps: MarkDeps): Promise<void> {
  const { eventId, row, isJustRead, handled } = arrival;
  const { clock, replays, settings, readAgain, marked } = deps;
  const leads = shareOf(eventId) < 1 / LEADERS;
  if (!leads) await handled.catch(() => undefined);
  let current = leads && isJustRead ? row : await readAgain();
  for (let writes = 0; writes < MOST_WRITES; writes++) {
    if (!current || !isOld(arrival, current, settings)) return;
    const { replay, phase, lastArrivalAtMs } = current;
    const nowMs = clock.now();
    const guard = guardAsRead(current, { phase, lastArrivalAtMs });
    if (await replays.save(replay, { lastArrivalAtMs: nowMs }, guard)) {
      marked(nowMs);
      return;
    }
    current = await readAgain();
  }
}

/** Nobody asks for the mark of a closed replay. */
function isOld({ eventId, arrivedAtMs }: Arrival, row: ReplayRow, { arrivalStaleMs }: Settings): boolean {
  if (!isOpen(row.phase)) return false;
  const ageMs = arrivedAtMs - (row.lastArrivalAtMs ?? Number.NEGATIVE_INFINITY);
  if (ageMs >= arrivalStaleMs) return true;
  return ageMs >= arrivalStaleMs / 2 && ageMs >= arrivalStaleMs * (1 - shareOf(eventId) / 2);
}

/** From 0 to 1, the same each time, spread evenly over events. */
function shareOf(eventId: string): number {
  return createHash('sha256').update(eventId).digest().readUInt32BE(4) / 2 ** 32;
}
