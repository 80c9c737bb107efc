import { OrderedReplayError } from '../errors';
import { kindOf } from '../json';
import { MAX_TIEBREAKER_BYTES, MAX_TIEBREAKER_CHARS } from '../limits';
import type { ReplayedEvent } from './envelope';
import { parseInstant } from './instant';
import { sortableNumber, sortableText } from './sortable';
import { valueAt } from './value-at-path';

/** Text that counts as a number. Exponents do not: `12e4` in a string is more likely half of a hash. */
const PLAIN_DECIMAL = /^[+-]?\d+(\.\d+)?$/;

/**
 * Encodes a tiebreaker so that text order is its natural order, kind by kind: nothing, then numbers (`n`), then
 * text (`s`), then timestamps (`t`).
 *
 * - absent or `null`: empty, which sorts first
 * - a number, or a string that is a decimal number of any length: by value, negative and fractional ones too
 * - a string that is an ISO 8601 date or date-time: by instant, offsets considered, to the nanosecond
 * - any other string: by its UTF-8 bytes
 *
 * @returns `undefined` for values that have no order: booleans, arrays, objects, numbers beyond double precision's range.
 */
export function encodeTiebreaker(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') {
    const encoded = sortableNumber(String(value));
    return encoded && `n${encoded}`;
  }
  if (typeof value !== 'string') return undefined;
  if (PLAIN_DECIMAL.test(value)) return `n${sortableNumber(value)}`;
  const instant = parseInstant(value);
  return instant ? `t${instant.text}` : `s${sortableText(value)}`;
}

/**
 * The encoded tiebreaker of an event.
 *
 * @param path JMESPath of the value that orders events within one second; empty for none.
 * @throws OrderedReplayError `InvalidTiebreaker` where the value there cannot be ordered.
 */
export function tiebreakerOf(event: ReplayedEvent, path: string): string {
  if (path === '') return '';
  const found = valueAt(path, event.envelope);
  if (found === 'refused') {
    throw invalidTiebreaker(event, `A function of the tiebreaker path "${path}" refuses the event's value`);
  }
  const chars = typeof found.value === 'string' ? found.value.length : 0;
  if (chars > MAX_TIEBREAKER_CHARS) {
    const limit = MAX_TIEBREAKER_CHARS;
    throw invalidTiebreaker(
      event,
      `The value at the tiebreaker path "${path}" has ${chars} characters of ${limit}`,
    );
  }
  const encoded = encodeTiebreaker(found.value);
  if (encoded === undefined) {
    throw invalidTiebreaker(event, `The value at the tiebreaker path "${path}" is ${kindOf(found.value)}`);
  }
  if (encoded.length > MAX_TIEBREAKER_BYTES) {
    throw invalidTiebreaker(
      event,
      `The value at the tiebreaker path "${path}" takes ${encoded.length} bytes of ${MAX_TIEBREAKER_BYTES}`,
    );
  }
  return encoded;
}

function invalidTiebreaker(event: ReplayedEvent, what: string): OrderedReplayError {
  return new OrderedReplayError(
    'InvalidTiebreaker',
    `${what}; allowed are numbers, short strings and null.`,
    {
      remedy: 'Choose a path that leads to one of these in every event, or mend the event.',
      ids: { replay: event.replay, eventId: event.id },
    },
  );
}
