import { createHash } from 'node:crypto';
import type { Clock, Replays } from '../ports';
import { isOpen, type ReplayRow } from '../replay/row';
import { guardAsRead } from '../replay/row-problems';
import type { Settings } from '../settings';

/**
 * The arrival mark: `lastArrivalAt` in the replay's row, from which the seal counts (R1). Once a call has ended well, the
 * mark is at most `arrivalStaleMs` older than its event's arrival, if the row could be read and written within two seconds
 * of it: the call waits no longer, and what it leaves over is frozen with its environment.
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
/**
 * Once its event is done, the call waits for the mark until this share of its time is over: 2 s of 5, of the 3 s that the
 * state `Collect` waits. So a second is left to start in. If the event itself took longer, half a second is added.
 */
const PATIENCE_SHARE = 2 / 5;
const LEAST_PATIENCE_MS = 500;

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
  if (!isOld(arrival, arrival.row, deps)) return;
  let isOver = false;
  const marking = writeMark(arrival, deps)
    .catch(() => undefined)
    .then(() => {
      isOver = true;
    });
  await arrival.handled.catch(() => undefined);
  if (isOver) return;
  const { clock, settings } = deps;
  const untilMs = arrival.arrivedAtMs + PATIENCE_SHARE * settings.collectTimeoutMs;
  // What is left over may come late or never, and does no harm: it has effect only while the mark is still the one that
  // was read, which is older than what it writes. (Of what is no instant, as somebody may type it, only the phase is in its
  // condition: nothing else can name it.)
  await Promise.race([marking, clock.sleep(Math.max(LEAST_PATIENCE_MS, untilMs - clock.now()))]);
}

async function writeMark(arrival: Arrival, deps: MarkDeps): Promise<void> {
  const { eventId, row, isJustRead, handled } = arrival;
  const { clock, replays, readAgain, marked } = deps;
  const leads = shareOf(eventId) < 1 / LEADERS;
  if (!leads) await handled.catch(() => undefined);
  let current = leads && isJustRead ? row : await readAgain();
  for (let writes = 0; writes < MOST_WRITES; writes++) {
    if (!current || !isOld(arrival, current, deps)) return;
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

/** Nobody asks for the mark of a closed replay. One that is ahead, by more than clocks differ, was typed by somebody. */
function isOld({ eventId, arrivedAtMs }: Arrival, row: ReplayRow, { clock, settings }: MarkDeps): boolean {
  if (!isOpen(row.phase)) return false;
  const { arrivalStaleMs, clockSkewMs } = settings;
  const { lastArrivalAtMs = Number.NEGATIVE_INFINITY } = row;
  if (lastArrivalAtMs > clock.now() + clockSkewMs) return true;
  const ageMs = arrivedAtMs - lastArrivalAtMs;
  if (ageMs >= arrivalStaleMs) return true;
  return ageMs >= arrivalStaleMs / 2 && ageMs >= arrivalStaleMs * (1 - shareOf(eventId) / 2);
}

/** From 0 to 1, the same each time, spread evenly over events. */
function shareOf(eventId: string): number {
  return createHash('sha256').update(eventId).digest().readUInt32BE(4) / 2 ** 32;
}
