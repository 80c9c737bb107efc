import type { ReplayRow } from '../replay/row';
import { type Settings, settleMs } from '../settings';

/** Of a replay that EventBridge has completed. */
type CompletedRow = Pick<ReplayRow, 'lastArrivalAtMs'> & { completedAtMs: number };

/**
 * R1: when every event of a replay is in the buffer or in a queue, and the queues' depths say so.
 *
 * `MaximumEventAgeInSeconds` bounds EventBridge's retries and not the wait before the first attempt: over a Region's
 * invocations quota, events are first tried minutes after COMPLETED. While that goes on, one of them is tried at least
 * every `maxArrivalGapMs`. So if the newest one came at the mark, or up to `arrivalStaleMs` later, then the first attempts
 * are over `maxArrivalGapMs` after it, and each event has ended in the buffer or in a queue `settleMs` after that.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export function settledAtMs(row: CompletedRow, settings: Settings): number {
  const { completedAtMs, lastArrivalAtMs = Number.NEGATIVE_INFINITY } = row;
  const attemptedAtMs = lastArrivalAtMs + settings.arrivalStaleMs + settings.maxArrivalGapMs;
  return Math.max(completedAtMs, attemptedAtMs) + settleMs(settings);
}

/** From then on a reading of the queues counts the last message that can have been sent there. */
export function sealableAtMs(row: CompletedRow, settings: Settings): number {
  return settledAtMs(row, settings) + settings.depthLagMs;
}
