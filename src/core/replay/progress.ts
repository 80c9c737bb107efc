import type { Wishes } from './command';

/* What a row keeps of how far its run has come, and by what plan. */

/** The event released last: all that is needed to know when the next one is due. */
export interface PacePoint {
  /** Its own time, epoch milliseconds. */
  eventTimeMs: number;
  /** When it was due, epoch milliseconds; may be fractional. */
  dueAtMs: number;
}

/** How far the release has come. All events up to `position` are in their lanes. */
export interface Checkpoint extends PacePoint {
  position: string;
  /** Events released up to here. */
  released: number;
  /** Deliveries beyond the first of those events. */
  duplicates: number;
  /** Absent where it is not known, as in a row that was written before it was counted. */
  tally?: Tally;
}

/** What was counted of the events up to the checkpoint; it follows from the set alone. */
export interface Tally {
  /** Events with the time and the tiebreaker of the one before: nothing that has a meaning orders the two. */
  ties: number;
  /** Events that arrived before another that precedes them. */
  outOfOrder: number;
  /** How much sooner, at most. */
  farthestMs: number;
  /** When the one of them arrived that came last. */
  latestReceivedAtMs?: number;
  /** Events that have an ordering key. */
  keyed: number;
  /** The kinds of their tiebreakers: a letter for each, in the order of the alphabet. Absent where it was not looked at. */
  kinds?: string;
  /** Ordering keys, the lane without one among them: exact up to `MOST_EXACT`, then estimated. */
  lanes: number;
  /** What that is counted with; see `DistinctCount`. */
  laneSketch: string;
}

/** The event that comes next, as far as it is known. */
export interface Next {
  eventTimeMs: number;
  /** Absent where it depends on what is taken up next. */
  dueAtMs?: number;
}

/** How long after their due times events were released. With `speed=max` all are due when the release begins. */
export interface Lag {
  /** The worst of the newest second in which something was released. */
  nowMs: number;
  /** Of the run so far, right to 10%. */
  p99Ms: number;
  worstMs: number;
  /** What that is counted with; see `Lags`. */
  counts: string;
}

export interface Rate {
  /** Over the last ten seconds or more in which something was released; absent for the first. */
  eventsPerSecond?: number;
  /** Since then so many were released. */
  sinceMs: number;
  events: number;
}

/** What was taken up of the row's `command`, or that a bound of it was reached. */
export interface TakenUp {
  /** Of the plan that it made. */
  n: number;
  atMs: number;
  taken: Wishes;
  /** The run is paused from then on. */
  paused?: true;
  /** After so many events. */
  released: number;
}

/** What the release goes by: what it has taken up of the row's `command`, and when. */
export interface Plan {
  /** Counts the take-ups; 0 for what the release began with. */
  n: number;
  /** Of the newest take-up after which something was still to be released. */
  atMs: number;
  taken: Wishes;
  /** The pace in force. What was taken up while the run is paused counts when it goes on. */
  speed: string;
  idle: string;
  /** Since when it is paused: nothing is appended after that. */
  pausedAtMs?: number;
}

/** How far one bucket of the sealed set has been counted. */
export interface BucketCount {
  /** The position up to which it is counted; absent at its beginning, and at its end. */
  after?: string;
  events: number;
  done: boolean;
}
