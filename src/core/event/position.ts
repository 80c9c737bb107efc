import { originalText, sortableText } from './sortable';

/** Where an event sorts in its replay (R2, R5). It depends on the event alone, never on when or how often it came. */
export interface Position {
  /** The event's own time, as in `Instant.text`: UTC in 30 characters, to the nanosecond. */
  time: string;
  /** Orders events with the same time; encoded, so that text order is its order. Empty for none. */
  tiebreaker: string;
  /** The event's id: it tells events apart that nothing else does. */
  id: string;
}

/** `<time>#<tiebreaker>#<id>`, whose text order is the order of positions. No part contains a `#`. */
export function formatPosition({ time, tiebreaker, id }: Position): string {
  return `${time}#${tiebreaker}#${sortableText(id)}`;
}

/** The position that `formatPosition` wrote. */
export function parsePosition(text: string): Position {
  const time = text.indexOf('#');
  const tiebreaker = text.lastIndexOf('#');
  return {
    time: text.slice(0, time),
    tiebreaker: text.slice(time + 1, tiebreaker),
    id: originalText(text.slice(tiebreaker + 1)),
  };
}
