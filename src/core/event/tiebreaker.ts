import { OrderedReplayError } from '../errors';
import { kindOf } from '../json';
import { MAX_TIEBREAKER_BYTES, MAX_TIEBREAKER_CHARS } from '../limits';
import type { ReplayedEvent } from './envelope';
import type { JsonValue } from './exact-number';
import { KINDS, type TiebreakerType } from './tiebreaker-types';
import { type NumberReading, valueAt } from './value-at-path';

/**
 * What orders events within one second. The row of a run keeps it: a deployment in the middle must not move events.
 */
export interface TiebreakerRule {
  /** JMESPath of the value; empty for none. */
  tiebreaker: string;
  /** Absent in a row that was made before there were types: `auto`, with numbers as doubles. */
  tiebreakerType?: TiebreakerType | undefined;
}

/**
 * Encodes a tiebreaker so that text order is its natural order; absent or `null` is empty, which sorts first.
 *
 * @returns `undefined` for values that are not of the type, or have no order: booleans, arrays, objects, numbers beyond
 * double precision's range.
 */
export function encodeTiebreaker(
  value: unknown,
  type: TiebreakerType = 'auto',
  textOf: JsonValue['textOf'] = String,
): string | undefined {
  return value === undefined || value === null ? '' : KINDS[type].encode(value, textOf);
}

/**
 * The encoded tiebreaker of an event.
 *
 * @throws OrderedReplayError `InvalidTiebreaker` where the value cannot be ordered, or is not of the type.
 */
export function tiebreakerOf(event: ReplayedEvent, rule: TiebreakerRule): string {
  const { tiebreaker: path, tiebreakerType: type = 'auto' } = rule;
  if (path === '') return '';
  const found = valueAt(path, event, readingBy(rule));
  const refuse = (what: string) => invalidTiebreaker(event, type, what);
  if (found === 'refused')
    throw refuse(`A function of the tiebreaker path "${path}" refuses the event's value`);
  const { value, textOf } = found;
  const where = `The value at the tiebreaker path "${path}"`;
  const chars = typeof value === 'string' ? value.length : 0;
  if (chars > MAX_TIEBREAKER_CHARS)
    throw refuse(`${where} has ${chars} characters of ${MAX_TIEBREAKER_CHARS}`);
  const encoded = encodeTiebreaker(value, type, textOf);
  if (encoded === undefined) throw refuse(`${where} is ${kindOf(value)}`);
  if (encoded.length > MAX_TIEBREAKER_BYTES) {
    throw refuse(`${where} takes ${encoded.length} bytes of ${MAX_TIEBREAKER_BYTES}`);
  }
  return encoded;
}

/** With types came exact numbers: a row without the one has none of the other. */
export function readingBy({ tiebreakerType }: Pick<TiebreakerRule, 'tiebreakerType'>): NumberReading {
  return tiebreakerType === undefined ? 'double' : 'exact';
}

function invalidTiebreaker(event: ReplayedEvent, type: TiebreakerType, what: string): OrderedReplayError {
  const by = type === 'auto' ? '' : ` by tiebreakerType=${type}`;
  return new OrderedReplayError('InvalidTiebreaker', `${what}; allowed${by} are ${KINDS[type].allowed}.`, {
    remedy: 'Choose a path that leads to one of these in every event, or mend the event.',
    ids: { replay: event.replay, eventId: event.id },
  });
}
