import { createHash } from 'node:crypto';
import type { ReplayedEvent } from '../event/envelope';
import { formatPosition } from '../event/position';
import { tiebreakerOf } from '../event/tiebreaker';

/**
 * The position of an event, as text.
 *
 * @param tiebreakerPath JMESPath of the value that orders events within one second; empty for none.
 * @throws OrderedReplayError `InvalidTiebreaker` where the value there cannot be ordered.
 */
export function positionOf(event: ReplayedEvent, tiebreakerPath: string): string {
  const tiebreaker = tiebreakerOf(event, tiebreakerPath);
  return formatPosition({ time: event.time.text, tiebreaker, id: event.id });
}

/** The bucket that an event is kept in: the same for every delivery of one event. */
export function bucketOf(eventId: string, buckets: number): number {
  return createHash('sha256').update(eventId).digest().readUInt32BE(0) % buckets;
}
