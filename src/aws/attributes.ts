import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { textInWords } from '../core/json';
import { Unreadable } from '../core/replay/unreadable';

export type Item = Record<string, AttributeValue>;

/** How a value is kept in an attribute. */
export interface Codec<V> {
  encode(value: V): AttributeValue;
  /** @throws TypeError where the attribute is of another type, as after an edit by hand. */
  decode(attribute: AttributeValue): V;
  /** Of a codec with parts: each part as it can be read. */
  read?(attribute: AttributeValue): unknown;
}

/** The attribute that holds one property, and how. */
export interface Column<V> extends Codec<V> {
  attribute: string;
}

/** One column for every property of `T`: one that is forgotten does not compile. */
export type Columns<T> = { readonly [K in keyof T]-?: Column<NonNullable<T[K]>> };

export function column<V>(attribute: string, codec: Codec<V>): Column<V> {
  return { attribute, ...codec };
}

/** A text, or one out of a few such as a phase: which one is not checked. */
export function text<V extends string = string>(): Codec<V> {
  return {
    encode: (value) => ({ S: value }),
    decode: ({ S }) => (S as V | undefined) ?? mismatch('a text'),
  };
}

export function list<V>(codec: Codec<V>): Codec<V[]> {
  return {
    encode: (values) => ({ L: values.map((value) => codec.encode(value)) }),
    decode: ({ L }) => (L ?? mismatch('a list')).map((value) => codec.decode(value)),
    read: ({ L }) => (L ?? mismatch('a list')).map((value) => readValue(codec, value)),
  };
}

/** What cannot be read counts as this. */
export function orElse<V>(codec: Codec<V>, value: V): Codec<V> {
  return {
    encode: codec.encode,
    decode(attribute) {
      try {
        return codec.decode(attribute);
      } catch {
        return value;
      }
    },
  };
}

export const texts: Codec<string[]> = list(text());

/** Bytes whose text has two hexadecimal digits each. */
export const hexadecimal: Codec<string> = {
  encode: (value) => ({ B: Buffer.from(value, 'hex') }),
  decode: ({ B }) => Buffer.from(B ?? mismatch('bytes')).toString('hex'),
};

/** A number, exactly: JavaScript's shortest form of a double has fewer digits than the 38 that DynamoDB keeps. */
export const number: Codec<number> = {
  encode: (value) => ({ N: String(value) }),
  decode: ({ N }) => Number(N ?? mismatch('a number')),
};

export const flag: Codec<boolean> = {
  encode: (value) => ({ BOOL: value }),
  decode: ({ BOOL }) => BOOL ?? mismatch('true or false'),
};

/** An instant as a person reads it, to the millisecond. */
export const instant: Codec<number> = {
  encode: (epochMs) => ({ S: new Date(epochMs).toISOString() }),
  decode: ({ S }) => {
    const epochMs = Date.parse(S ?? '');
    return isInstant(epochMs, S) ? epochMs : mismatch('an ISO 8601 timestamp');
  },
};

/** In any other form of the same instant, as somebody may type it, a condition that compares it would never hold. */
function isInstant(epochMs: number, text: string | undefined): boolean {
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString() === text;
}

/**
 * An instant as DynamoDB's time to live wants it: epoch seconds, rounded up.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
export const timeToLive: Codec<number> = {
  encode: (epochMs) => ({ N: String(Math.ceil(epochMs / 1_000)) }),
  decode: ({ N }) => Number(N ?? mismatch('epoch seconds')) * 1_000,
};

export function map<T extends object>(columns: Columns<T>): Codec<T> {
  return {
    encode: (value) => ({ M: encodeItem(columns, value) }),
    decode: ({ M }) => decodeItem(columns, M ?? mismatch('a map')),
    read: ({ M }) => readItem(columns, M ?? mismatch('a map')),
  };
}

/**
 * A map of whatever people type: texts, numbers and truth values; anything else becomes an `Unreadable`, and so does a
 * number that JavaScript would not write as it is.
 */
export const anything: Codec<Record<string, unknown>> = {
  encode: (fields) => ({
    M: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, encodeTyped(value)])),
  }),
  decode: ({ M }) => {
    const fields = Object.entries(M ?? mismatch('a map'));
    return Object.fromEntries(fields.map(([name, attribute]) => [name, decodeTyped(attribute)]));
  },
};

/** @throws TypeError for what nobody can type: the service writes no other. */
export function encodeTyped(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return number.encode(value);
  if (value instanceof Unreadable) return value.stored as AttributeValue;
  return mismatch('a text, a number, true or false');
}

function decodeTyped(attribute: AttributeValue): unknown {
  const { S, N, BOOL } = attribute;
  const value = S ?? BOOL ?? (N !== undefined && String(Number(N)) === N ? Number(N) : undefined);
  return value ?? new Unreadable(attributeInWords(attribute), attribute);
}

export function encodeItem<T extends object>(columns: Columns<T>, value: T): Item {
  const item: Item = {};
  for (const key of keysOf(columns)) {
    const part = value[key];
    if (part !== undefined)
      item[columns[key].attribute] = columns[key].encode(part as NonNullable<typeof part>);
  }
  return item;
}

export function decodeItem<T extends object>(columns: Columns<T>, item: Item): T {
  const value: Partial<T> = {};
  for (const key of keysOf(columns)) {
    const { attribute, decode } = columns[key];
    const stored = item[attribute];
    if (stored === undefined) continue;
    try {
      value[key] = decode(stored);
    } catch (cause) {
      throw notAsWritten(`Attribute ${attribute}`, cause);
    }
  }
  return value as T;
}

/** A TypeError says what was expected. A parser's message quotes what it was given, which may be an event. */
export function notAsWritten(what: string, cause: unknown): TypeError {
  const isOurs = cause instanceof TypeError;
  const why = isOurs ? cause.message : (cause as Error).name;
  return new TypeError(`${what} is not as it was written: ${why}`, isOurs ? { cause } : {});
}

/** As far as the item can be read: what is of another type, as after an edit by hand, becomes an `Unreadable`. */
export function readItem<T extends object>(columns: Columns<T>, item: Item): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const key of keysOf(columns)) {
    const stored = item[columns[key].attribute];
    if (stored !== undefined) value[key as string] = readValue(columns[key], stored);
  }
  return value;
}

function readValue<V>({ decode, read = decode }: Codec<V>, attribute: AttributeValue): unknown {
  try {
    return read(attribute);
  } catch {
    return new Unreadable(attributeInWords(attribute));
  }
}

function attributeInWords({ S, N, BOOL, NULL, M, L }: AttributeValue): string {
  if (S !== undefined) return textInWords(S);
  if (N !== undefined) return `the number ${N}`;
  if (BOOL !== undefined) return `${BOOL}`;
  if (NULL !== undefined) return 'null';
  if (M !== undefined) return 'a map';
  return L === undefined ? 'a set or bytes' : 'a list';
}

export function attributesOf<T extends object>(columns: Columns<T>): string[] {
  return keysOf(columns).map((key) => columns[key].attribute);
}

function keysOf<T extends object>(columns: Columns<T>): (keyof T)[] {
  return Object.keys(columns) as (keyof T)[];
}

function mismatch(expected: string): never {
  throw new TypeError(`expected is ${expected}`);
}
