import fc from 'fast-check';
import { parseInstant } from '../../../src/core/event/instant';

const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const DAY_MS = 86_400_000;

const epochMs = fc.integer({ min: FIRST_MS, max: LAST_MS });
const nanoseconds = fc.stringMatching(/^\d{9}$/);
const pad = (value: number) => String(value).padStart(2, '0');

/** As `parseInstant` should read it, with whole nanoseconds since 1970. */
const nanosecondsOf = (ms: number, fraction: string) =>
  BigInt(Math.floor(ms / 1_000)) * 1_000_000_000n + BigInt(fraction);

test('given any instant in UTC, when it is read, then it is the one that Date reads', () => {
  fc.assert(
    fc.property(epochMs, (ms) => {
      const text = new Date(ms).toISOString();
      expect(parseInstant(text)).toEqual({ epochMs: ms, text: `${text.slice(0, 23)}000000Z` });
    }),
  );
});

test('given an instant written with any offset, when it is read, then it is the same instant in UTC', () => {
  const minutes = fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 });
  const style = fc.constantFrom('colon', 'joined');
  const instants = fc.integer({ min: FIRST_MS + DAY_MS, max: LAST_MS - DAY_MS });
  fc.assert(
    fc.property(instants, minutes, nanoseconds, style, (ms, offset, fraction, colon) => {
      const wholeMs = Math.floor(ms / 1_000) * 1_000;
      const local = new Date(wholeMs + offset * 60_000).toISOString().slice(0, 19);
      const size = Math.abs(offset);
      const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${colon === 'colon' ? ':' : ''}${pad(size % 60)}`;
      expect(parseInstant(`${local}.${fraction}${zone}`)).toEqual({
        epochMs: wholeMs + Number(fraction.slice(0, 3)),
        text: `${new Date(wholeMs).toISOString().slice(0, 19)}.${fraction}Z`,
      });
    }),
  );
});

test('R2: given two instants, then the order of their texts is the order of their nanoseconds', () => {
  fc.assert(
    fc.property(epochMs, epochMs, nanoseconds, nanoseconds, fc.boolean(), (a, b, x, y, near) => {
      const other = near ? a : b;
      const read = (ms: number, fraction: string) =>
        parseInstant(`${new Date(ms).toISOString().slice(0, 19)}.${fraction}Z`)?.text as string;
      const difference = nanosecondsOf(a, x) - nanosecondsOf(other, y);
      const order = difference === 0n ? 0 : difference < 0n ? -1 : 1;
      const [left, right] = [read(a, x), read(other, y)];
      expect(left).toHaveLength(30);
      expect(left < right ? -1 : left > right ? 1 : 0).toBe(order);
    }),
  );
});

test('given any year, month, day and time of day, when they are read, then exactly the existing ones are taken', () => {
  const daysIn = (year: number, month: number) => {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  };
  const part = (max: number) =>
    fc.oneof(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 99 }), fc.constant(max));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9_999 }),
      part(12),
      part(31),
      part(23),
      part(59),
      part(59),
      (year, month, day, hour, minute, second) => {
        const exists =
          month >= 1 &&
          month <= 12 &&
          day >= 1 &&
          day <= daysIn(year, month) &&
          hour <= 23 &&
          minute <= 59 &&
          second <= 59;
        const text = `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}Z`;
        expect(parseInstant(text) !== undefined).toBe(exists);
      },
    ),
    { numRuns: 1_000 },
  );
});

test.each([
  ['2026-11-20', '2026-11-20T00:00:00.000000000Z'],
  ['2026-11-20T10:30', '2026-11-20T10:30:00.000000000Z'],
  ['2026-11-20T10:30Z', '2026-11-20T10:30:00.000000000Z'],
  ['2026-11-20 10:30:15', '2026-11-20T10:30:15.000000000Z'],
  ['2026-11-20T10:30:15,5z', '2026-11-20T10:30:15.500000000Z'],
  ['2026-11-20T10:30:15.1234567899Z', '2026-11-20T10:30:15.123456789Z'],
  ['2026-11-20T10:30:15 +02', '2026-11-20T08:30:15.000000000Z'],
  ['2024-02-29T00:00:00-0530', '2024-02-29T05:30:00.000000000Z'],
])('given %s, when it is read, then it is %s', (text, expected) => {
  expect(parseInstant(text)?.text).toBe(expected);
});

test.each([
  '',
  'yesterday',
  '2026',
  '2026-11',
  '26-11-20T10:00:00Z',
  '2026-11-20T10',
  '2026-11-20T10:00:00.Z',
  '2026-11-20T10:00:00+2',
  '2026-11-20T10:00:00Z ',
  ' 2026-11-20T10:00:00Z',
  '2026-11-20T10:00:00Z\n',
  '+002026-11-20T10:00:00Z',
  '0000-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '2026-02-29',
  '2026-12-31T23:59:60Z',
  '2026-12-31T24:00:00Z',
])('given %j, when it is read, then it is no instant', (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

test.each(['2026-11-20T10:00:00+24:00', '2026-11-20T10:00:00+01:60', '2026-11-20T10:00:00-99:99'])(
  'given the impossible offset of %s, when it is read, then it is no instant',
  (text) => {
    expect(parseInstant(text)).toBeUndefined();
  },
);
