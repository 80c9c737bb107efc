import { sortableText } from './sortable';

/** The text of a position: `<time>#<tiebreaker>#<id>`. No part contains a `#`, so it can be taken apart again. */

/**
 * @param time Fixed-width UTC text, as in `Instant.text`.
 * @param tiebreaker Encoded; empty for none.
 * @param id The event's id as it is; it is escaped here.
 */
export function joinPosition(time: string, tiebreaker: string, id: string): string {
  return `${time}#${tiebreaker}#${sortableText(id)}`;
}

/** The encoded tiebreaker that a position carries. */
export function tiebreakerIn(position: string): string {
  return position.slice(position.indexOf('#') + 1, position.lastIndexOf('#'));
}

/** The event time that a position carries, in epoch milliseconds. */
export function timeOf(position: string): number {
  return Date.parse(`${position.slice(0, 23)}Z`);
}
