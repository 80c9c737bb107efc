import { createHash } from 'node:crypto';
import { MAX_ORDERING_KEY_BYTES } from '../limits';
import { writeExactly } from './exact-number';
import { type NumberReading, valueAt } from './value-at-path';

/**
 * The ordering key of an event: the value at a JMESPath, as text. Strings stand as they are; numbers, booleans,
 * arrays and objects as JSON (so `[detail.shop, detail.order]` makes a composite key). Absent, `null`, `""` and
 * what a function of the path refuses share one common lane. Keys over 1,024 bytes are replaced by their SHA-256.
 *
 * A number is the same key however it is written, `1.10` or `1.1`; integers are told apart up to 64 bits.
 *
 * Two values that come out as the same text share a lane: their order is then stricter than asked for, never
 * weaker.
 */
export function orderingKeyOf(json: string, path: string | undefined, reading: NumberReading): string {
  if (!path) return '';
  const found = valueAt(path, { json, envelope: parsed(json) }, reading);
  if (found === 'refused' || found.value === undefined || found.value === null) return '';
  const { value } = found;
  // A lone surrogate has no UTF-8 form and would be stored as another key than the one held in memory.
  const key = (typeof value === 'string' ? value : writeExactly(found)).toWellFormed();
  if (Buffer.byteLength(key) <= MAX_ORDERING_KEY_BYTES) return key;
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/** @throws TypeError for what is no JSON, as after an edit of the buffer by hand. */
function parsed(eventJson: string): unknown {
  try {
    return JSON.parse(eventJson);
  } catch {
    // The parser's message quotes the text, which may be private.
    throw new TypeError('An event in the buffer is no JSON.');
  }
}

/** The name of a lane. A replay's name has no `#`, so the first one separates. */
export function laneOf(replay: string, orderingKey: string): string {
  return `${replay}#${orderingKey}`;
}

/** False of the lane that events without a key share. */
export function hasOrderingKey(lane: string): boolean {
  return lane.indexOf('#') < lane.length - 1;
}
