import { search } from '@aws-lambda-powertools/jmespath';
import { parse } from 'lossless-json';

/**
 * Judges the order of events by what the documents promise, from each event's text. It shares no code with the service: a
 * fault in a position, a tiebreaker or a rounded number must not be hidden by the same fault here.
 *
 * The promise: by time, then by tiebreaker, then by id. A missing tiebreaker sorts before numbers, numbers before texts,
 * texts before timestamps; where its type is told, all are of that kind. Integers up to ±2^63 count as they are written,
 * other JSON numbers as doubles.
 */

/** Where an event belongs. */
export interface Place {
  nanoseconds: bigint;
  tiebreaker: Tiebreaker;
  id: Buffer;
}

type Tiebreaker =
  | { kind: typeof NOTHING }
  | { kind: typeof NUMBER; number: Decimal }
  | { kind: typeof TEXT; text: Buffer }
  | { kind: typeof TIME; nanoseconds: bigint }
  | { kind: typeof VERSION; parts: bigint[]; prerelease: string[] };

/** What the values at a tiebreaker's path are. */
export type KindOfTiebreaker = 'auto' | 'number' | 'text' | 'time' | 'version';

/** `digits` divided by ten to the power of `scale`. */
interface Decimal {
  digits: bigint;
  scale: number;
}

const [NOTHING, NUMBER, TEXT, TIME, VERSION] = [0, 1, 2, 3, 4] as const;
const MOST_INTEGER = 2n ** 63n;
/** Marks a text that stands for an integer that a double may not hold. */
const EXACT = '\u0000integer ';
const EXACT_IN_JSON = /"\\u0000integer (-?\d+)"/g;
/** What compares or computes needs numbers, not what stands for them. */
const COMPARES = /[<>=!]/;

/**
 * `undefined` for an event that nobody can order: its time is none, or its tiebreaker is a boolean, a list, a map, or of
 * another type than is told.
 */
export function placeOf(text: string, path: string, type: KindOfTiebreaker = 'auto'): Place | undefined {
  const { time, id } = JSON.parse(text) as { time?: unknown; id?: unknown };
  const nanoseconds = nanosecondsOf(String(time));
  const tiebreaker = tiebreakerOf(path === '' ? undefined : valueAt(path, text), type);
  if (nanoseconds === undefined || !tiebreaker) return undefined;
  return { nanoseconds, tiebreaker, id: Buffer.from(String(id)) };
}

/** The value within which order matters, as text; empty where the event has none. */
export function keyOf(text: string, path: string | undefined): string {
  const value = path ? valueAt(path, text) : undefined;
  if (value === undefined || value === null || value === REFUSED) return '';
  if (typeof value === 'string') return value.replace(EXACT, '');
  return JSON.stringify(value).replaceAll(EXACT_IN_JSON, '$1');
}

/** Below 0 where the first comes before the second. Never 0 for two events, since their ids differ. */
export function comparePlaces(one: Place, other: Place): number {
  return compareMeaning(one, other) || Buffer.compare(one.id, other.id);
}

/** As `comparePlaces`, without the ids, which only make the order stable: 0 where nothing that has a meaning decides. */
export function compareMeaning(one: Place, other: Place): number {
  return compare(one.nanoseconds, other.nanoseconds) || compareTiebreakers(one.tiebreaker, other.tiebreaker);
}

/** How many come after one that should have come later; one without a place is out of order wherever it comes. */
export function countOutOfOrder(places: Iterable<Place | undefined>, by = comparePlaces): number {
  let latest: Place | undefined;
  let count = 0;
  for (const place of places) {
    if (!place || (latest && by(place, latest) < 0)) count++;
    else latest = place;
  }
  return count;
}

/** How many have no order, but by id, beside one before them in the right order. */
export function countTies(places: Iterable<Place>): number {
  const inOrder = [...places].sort(comparePlaces);
  return inOrder.filter((place, n) => n > 0 && compareMeaning(place, inOrder[n - 1] as Place) === 0).length;
}

function compareTiebreakers(one: Tiebreaker, other: Tiebreaker): number {
  if (one.kind === NUMBER && other.kind === NUMBER) return compareDecimals(one.number, other.number);
  if (one.kind === TEXT && other.kind === TEXT) return Buffer.compare(one.text, other.text);
  if (one.kind === TIME && other.kind === TIME) return compare(one.nanoseconds, other.nanoseconds);
  if (one.kind === VERSION && other.kind === VERSION) {
    return (
      compareLists(one.parts, other.parts, compare) || comparePrereleases(one.prerelease, other.prerelease)
    );
  }
  return one.kind - other.kind;
}

function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale);
  const scaled = (each: Decimal) => each.digits * 10n ** BigInt(scale - each.scale);
  return compare(scaled(one), scaled(other));
}

function compare(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function tiebreakerOf(value: unknown, type: KindOfTiebreaker): Tiebreaker | undefined {
  if (value === undefined || value === null) return { kind: NOTHING };
  const takesNumbers = type === 'auto' || type === 'number';
  if (typeof value === 'number') return takesNumbers ? numberOf(String(value)) : undefined;
  if (typeof value !== 'string') return undefined;
  if (value.startsWith(EXACT)) return takesNumbers ? numberOf(value.slice(EXACT.length)) : undefined;
  // An exponent in a text is more likely half of a hash.
  const number = /e/i.test(value) ? undefined : numberOf(value);
  const text: Tiebreaker = { kind: TEXT, text: Buffer.from(value) };
  switch (type) {
    case 'auto':
      return number ?? timeOf(value) ?? text;
    case 'number':
      return number;
    case 'text':
      return text;
    case 'time':
      return timeOf(value);
    case 'version':
      return versionOf(value);
  }
}

function timeOf(text: string): Tiebreaker | undefined {
  const nanoseconds = nanosecondsOf(text);
  return nanoseconds === undefined ? undefined : { kind: TIME, nanoseconds };
}

/** As in https://semver.org, with any number of parts; zeros at the end and a build make no difference. */
function versionOf(text: string): Tiebreaker | undefined {
  const [, numbers, , prerelease] = /^v?(\d+(\.\d+)*)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(text) ?? [];
  const identifiers = prerelease?.split('.') ?? [];
  if (numbers === undefined || text.includes('_') || identifiers.includes('')) return undefined;
  const parts = numbers.split('.').map(BigInt);
  while (parts.at(-1) === 0n) parts.pop();
  return { kind: VERSION, parts, prerelease: identifiers };
}

/** What is not released comes before what is. */
function comparePrereleases(one: string[], other: string[]): number {
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  return compareLists(one, other, (a, b) => {
    const [x, y] = [a, b].map((each) => (/^\d+$/.test(each) ? BigInt(each) : undefined));
    if (x !== undefined && y !== undefined) return compare(x, y);
    if (x !== undefined || y !== undefined) return x !== undefined ? -1 : 1;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  });
}

/** The first that differs decides; the beginning of a list comes before the list. */
function compareLists<T>(one: T[], other: T[], by: (a: T, b: T) => number): number {
  for (const [n, a] of one.slice(0, other.length).entries()) {
    const compared = by(a, other[n] as T);
    if (compared !== 0) return compared;
  }
  return one.length - other.length;
}

function numberOf(text: string): Tiebreaker | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^([+-]?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  return { kind: NUMBER, number: { digits, scale: fraction.length - Number(exponent) } };
}

/** Where a function of the path does not take what the event has. */
const REFUSED = Symbol('refused');

function valueAt(path: string, text: string): unknown {
  for (const read of COMPARES.test(path) ? [JSON.parse] : [exactly, JSON.parse]) {
    try {
      const value: unknown = search(path, read(text));
      return typeof value === 'function' ? undefined : value;
    } catch {
      // A function that takes no text may well take the number.
    }
  }
  return REFUSED;
}

/** The event with a marked text in the place of each integer that a double may not hold. */
function exactly(text: string) {
  return parse(text, undefined, {
    parseNumber: (token) => (isLarge(token) ? EXACT + token : Number(token)),
    onDuplicateKey: ({ newValue }) => newValue,
  }) as never;
}

function isLarge(token: string): boolean {
  if (!/^-?\d{16,19}$/.test(token) || Number.isSafeInteger(Number(token))) return false;
  return BigInt(token) >= -MOST_INTEGER && BigInt(token) <= MOST_INTEGER;
}

const ISO_8601 =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?)?$/;

/** Since 1970-01-01T00:00:00Z; without an offset a time is UTC, and what is finer than a nanosecond is cut. */
function nanosecondsOf(text: string): bigint | undefined {
  const [, date, minutes = '00:00', seconds = '00', fraction = '', sign, hours = '0', rest = '0'] =
    ISO_8601.exec(text) ?? [];
  if (date === undefined || minutes.startsWith('24')) return undefined;
  const localMs = Date.parse(`${date}T${minutes}:${seconds}Z`);
  // Date.parse makes 1 May of 31 April.
  const exists = Number.isFinite(localMs) && new Date(localMs).toISOString().startsWith(date);
  if (!exists || Number(hours) > 23 || Number(rest) > 59) return undefined;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(rest));
  const ms = localMs - offsetMinutes * 60_000;
  if (ms < FIRST_MS || ms > LAST_MS) return undefined;
  return BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** Of the years 0000 to 9999. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');
