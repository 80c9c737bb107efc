/**
 * Takes no impossible part, but for the days after the 28th: how many there are depends on the month. Linear: no two
 * parts that follow each other can take the same character.
 */
const ISO_8601 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?\s?(Z|z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

/** As EventBridge writes the time of an event, on a day that every month has: it needs no taking apart. */
const WHOLE_SECOND = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** A point in time, parsed once. */
export interface Instant {
  /** Milliseconds since 1970-01-01T00:00:00Z, rounded down. */
  epochMs: number;
  /** `YYYY-MM-DDTHH:MM:SS.fffffffffZ` in UTC: always 30 characters, so that text order is time order. */
  text: string;
}

/**
 * Reads an ISO 8601 date or date-time, to the nanosecond. Without an offset it is UTC; digits beyond nanoseconds
 * are cut. Answers `undefined` for anything else, impossible dates included.
 */
export function parseInstant(text: string): Instant | undefined {
  const utc = instantText(text);
  return utc === undefined ? undefined : { epochMs: epochMsOf(utc), text: utc };
}

/** Milliseconds since 1970-01-01T00:00:00Z of an `Instant.text`, rounded down. */
export function epochMsOf(instantText: string): number {
  return Date.parse(`${instantText.slice(0, 23)}Z`);
}

/** The `text` alone of the instant that `parseInstant` reads: the consumer needs no more, for every event. */
export function instantText(text: string): string | undefined {
  if (WHOLE_SECOND.test(text)) return `${text.slice(0, 19)}.000000000Z`;
  const match = ISO_8601.exec(text);
  if (!match) return undefined;
  const [, date = '', day = '', minutes = '00:00', second = '00', fraction = '', zone = 'Z'] = match;
  if (day > '28' && !isDate(date, day)) return undefined;
  const local = `${date}T${minutes}:${second}`;
  const seconds = zone === 'Z' || zone === 'z' ? local : toUtc(local, zone);
  return seconds && `${seconds}.${fraction.slice(0, 9).padEnd(9, '0')}Z`;
}

/** Date.parse turns 31 April into 1 May: a date exists if its day is still the same. */
function isDate(date: string, day: string): boolean {
  return new Date(`${date}T00:00:00Z`).getUTCDate() === Number(day);
}

/** `undefined` beyond the years 0000 to 9999, which take more characters. */
function toUtc(local: string, zone: string): string | undefined {
  const utc = new Date(Date.parse(`${local}Z`) - offsetMs(zone)).toISOString().slice(0, -'.000Z'.length);
  return utc.length === local.length ? utc : undefined;
}

function offsetMs(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}
