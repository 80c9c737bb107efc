const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s?(Z|z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

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
  const match = ISO_8601.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const localMs = Date.parse(local);
  // Date.parse turns 31 April into 1 May: only a date that survives the round trip exists.
  if (Number.isNaN(localMs) || new Date(localMs).toISOString() !== local) return undefined;
  const wholeMs = localMs - offsetMs(zone);
  const seconds = new Date(wholeMs).toISOString();
  if (seconds.length !== local.length) return undefined;
  const nanoseconds = fraction.padEnd(9, '0');
  return {
    epochMs: wholeMs + Number(nanoseconds.slice(0, 3)),
    text: `${seconds.slice(0, 19)}.${nanoseconds}Z`,
  };
}

function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}
