import type { JsonValue } from './exact-number';
import { parseInstant } from './instant';
import { sortableNumber, sortableText } from './sortable';
import { sortableVersion } from './sortable-version';

/**
 * What kind of value a tiebreaker is. The stack's parameter `tiebreakerType` says so, the row keeps it. Each kind has a
 * letter of its own, so that kinds do not mix: nothing, then numbers (`n`), texts (`s`), times (`t`), versions (`v`).
 */
export const TIEBREAKER_TYPES = ['auto', 'number', 'text', 'time', 'version'] as const;

export type TiebreakerType = (typeof TIEBREAKER_TYPES)[number];

export function isTiebreakerType(type: unknown): type is TiebreakerType {
  return TIEBREAKER_TYPES.some((each) => each === type);
}

/** The letter of an encoded tiebreaker that is not empty. */
export function kindOfTiebreaker(encoded: string): string {
  return encoded.charAt(0);
}

/** As a message has them. */
export const NAMES_OF_KINDS: Record<string, string> = {
  n: 'numbers',
  s: 'texts',
  t: 'times',
  v: 'versions',
};

interface Kind {
  /** What a value may be, for a message. */
  allowed: string;
  /** The value, so that text order is its order; `undefined` where it is none of this kind. */
  encode(value: unknown, textOf: JsonValue['textOf']): string | undefined;
}

/** Text that counts as a number. Exponents do not: `12e4` in a string is more likely half of a hash. */
const PLAIN_DECIMAL = /^[+-]?\d+(\.\d+)?$/;

function asNumber(value: unknown, textOf: JsonValue['textOf']): string | undefined {
  const isText = typeof value === 'string' && PLAIN_DECIMAL.test(value);
  if (!isText && typeof value !== 'number') return undefined;
  const encoded = sortableNumber(isText ? value : textOf(value as number));
  return encoded && `n${encoded}`;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? `s${sortableText(value)}` : undefined;
}

function asTime(value: unknown): string | undefined {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  return instant && `t${instant.text}`;
}

/** Of texts only: as a number, `7.10` is `7.1`. */
function asVersion(value: unknown): string | undefined {
  const encoded = typeof value === 'string' ? sortableVersion(value) : undefined;
  return encoded && `v${encoded}`;
}

export const KINDS: Record<TiebreakerType, Kind> = {
  auto: {
    allowed: 'numbers, short strings and null',
    encode: (value, textOf) => asNumber(value, textOf) ?? asTime(value) ?? asText(value),
  },
  number: { allowed: 'numbers, strings of digits and null', encode: asNumber },
  text: { allowed: 'short strings and null', encode: asText },
  time: { allowed: 'ISO 8601 timestamps and null', encode: asTime },
  version: { allowed: 'strings such as 7.10 or 2.0.0-rc.1 and null', encode: asVersion },
};
