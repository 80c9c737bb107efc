import { createHash } from 'node:crypto';
import type { ReplayedEvent } from '../event/envelope';
import { formatPosition } from '../event/position';
import { type TiebreakerRule, tiebreakerOf } from '../event/tiebreaker';

/**
 * The position of an event, as text.
 *
 * @throws OrderedReplayError `InvalidTiebreaker` where the tiebreaker's value cannot be ordered.
 */
export function positionOf(event: ReplayedEvent, rule: TiebreakerRule): string {
  const tiebreaker = tiebreakerOf(event, rule);
  return formatPosition({ time: event.time.text, tiebreaker, id: event.id });
}

/** The bucket that an event is kept in: the same for every delivery of one event. */
export function bucketOf(eventId: string, buckets: number): number {
  return createHash('sha256').update(eventId).digest().readUInt32BE(0) % buckets;
}
