import { MAX_RETENTION_MS } from '../limits';
import type { PacePoint } from '../replay/progress';

/** How fast a replay is played back. */
export interface Pace {
  /** 1 as recorded, 10 ten times faster, `Infinity` without any pause. */
  speed: number;
  /** Longest pause between two events, in milliseconds after `speed` has been applied; `Infinity` for no limit. */
  idleMs: number;
}

/**
 * When an event is due (R6): the first one at the start, each next one `min(gap / speed, idle)` after the one
 * before. It looks only backwards, so any sequencer computes the same times from the same start.
 */
export function dueAt(
  pace: Pace,
  startMs: number,
  previous: PacePoint | undefined,
  eventTimeMs: number,
): number {
  if (!previous) return startMs;
  return previous.dueAtMs + stepMs(pace, eventTimeMs - previous.eventTimeMs);
}

/**
 * How long after an event the next one is due, where so long lies between them. Longer than events are kept is too long in
 * any case, and times stay within those that a date can have: a speed may be tiny, an event's time in the year 9999.
 */
export function stepMs({ speed, idleMs }: Pace, gapMs: number): number {
  return Math.min(gapMs / speed, idleMs, MAX_RETENTION_MS);
}
