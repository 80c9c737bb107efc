import { MAX_POSITION_BYTES } from '../limits';
import { instantText, parseInstant } from './instant';

/**
 * Bounds of a part of a set: a position, or an instant of 30 characters, with which all events of that time are meant.
 *
 * A position has ASCII characters only, from `#` to `~` (`sortable.ts`). So next to it there is a place that no other
 * position can have, and every bound can be told as one that is included, which is how DynamoDB's `BETWEEN` takes both:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */

/** As `formatPosition` writes it: a time of 30 characters, a tiebreaker and an id. */
const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z#[$-~]*#[$-~]+$/;

export function isPosition(text: string): boolean {
  const isOne = POSITION.test(text) && text.length <= MAX_POSITION_BYTES;
  return isOne && instantText(timeOfBound(text)) === timeOfBound(text);
}

export function isBound(text: string): boolean {
  return isPosition(text) || parseInstant(text)?.text === text;
}

/** The bound that somebody typed: a position, or an ISO 8601 date or date-time. `undefined` where it is neither. */
export function readBound(text: string): string | undefined {
  return isPosition(text) ? text : parseInstant(text)?.text;
}

/** The time of a bound, as `Instant.text`. */
export function timeOfBound(bound: string): string {
  return bound.slice(0, INSTANT_LENGTH);
}

const INSTANT_LENGTH = 30;

/** Whether an event comes after everything that the bound includes. */
export function isBeyond(position: string, bound: string): boolean {
  return position > justAfter(bound);
}

/** Above everything that the bound includes, and below all that is above that. */
export function justAfter(bound: string): string {
  if (bound.length === INSTANT_LENGTH) return `${bound}$`;
  if (bound.length < MAX_POSITION_BYTES) return `${bound}!`;
  return bound.slice(0, -1) + shifted(bound, 1);
}

/** Below everything that the bound includes, and above all that is below that. */
export function justBefore(bound: string): string {
  if (bound.length === INSTANT_LENGTH) return bound;
  return `${bound.slice(0, -1)}${shifted(bound, -1)}\x7f`.slice(0, MAX_POSITION_BYTES);
}

function shifted(text: string, by: number): string {
  return String.fromCharCode(text.charCodeAt(text.length - 1) + by);
}
