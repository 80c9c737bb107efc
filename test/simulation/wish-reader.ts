/**
 * What a row's `command` says, read by the checkers on their own: they do not ask the code that they check.
 */
export interface WishesSeen {
  paused?: true;
  cancelled?: true;
  speed?: string;
  idle?: string;
  onMissing?: string;
  /** A position, or epoch milliseconds up to which events still come. */
  until?: string | number;
  stepTo?: string;
}

const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z#[^#]*#[^#]*$/;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

type Reader = (value: unknown) => unknown;

const OFF = Symbol('off');
const BAD = Symbol('bad');

const flag: Reader = (value) => {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? OFF : BAD;
};
const text =
  (isGood: (text: string) => boolean): Reader =>
  (value) => {
    const typed = typeof value === 'number' ? `${value}` : value;
    return typeof typed === 'string' && isGood(typed) ? typed : BAD;
  };
const position: Reader = (value) => (typeof value === 'string' && POSITION.test(value) ? value : BAD);

const READERS: Readonly<Record<string, Reader>> = {
  paused: flag,
  cancelled: flag,
  speed: text((typed) => Number.isFinite(speedOf(typed)) || typed === 'max'),
  idle: text((typed) => typed === 'none' || idleMsOf(typed) < Number.POSITIVE_INFINITY),
  onMissing: text((typed) => typed === 'wait' || typed === 'continue'),
  until(value) {
    if (position(value) !== BAD) return value;
    const atMs = typeof value === 'string' && /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(atMs) ? BAD : atMs;
  },
  stepTo: position,
};

/** 1 is as recorded; `NaN` for none. */
export function speedOf(typed: string): number {
  if (typed === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?x?$/.test(typed) ? Number.parseFloat(typed) : 0;
  return speed > 0 ? speed : Number.NaN;
}

/** `Infinity` for no limit, and for what is none. */
export function idleMsOf(typed: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(typed) ?? [];
  return amount === undefined ? Number.POSITIVE_INFINITY : Number(amount) * (UNITS_MS[unit] as number);
}

/** What is wished, and the names of the fields that mean nothing. */
export function readWishes(command: unknown): { wishes: WishesSeen; bad: string[] } {
  const fields = typeof command === 'object' && command !== null ? Object.entries(command) : [];
  const wishes: Record<string, unknown> = {};
  const bad: string[] = [];
  for (const [name, value] of fields) {
    const read = READERS[name]?.(value) ?? BAD;
    if (read === BAD) bad.push(name);
    else if (read !== OFF) wishes[name] = read;
  }
  return { wishes, bad };
}

export function areEqual(one: WishesSeen, other: WishesSeen): boolean {
  return Object.keys(READERS).every((name) => one[name as 'speed'] === other[name as 'speed']);
}
