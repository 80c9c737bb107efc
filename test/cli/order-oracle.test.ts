import fc from 'fast-check';
import {
  compareMeaning,
  comparePlaces,
  countOutOfOrder,
  countTies,
  keyOf,
  type Place,
  placeOf,
} from '../../src/cli/order-oracle';
import { positionOf } from '../../src/core/collect/place';
import { parseEvent } from '../../src/core/event/envelope';
import { TIEBREAKER_TYPES } from '../../src/core/event/tiebreaker-types';
import { envelope } from '../support/events';

const PATH = 'detail.value';

/** An event whose value is written like this. */
function textWith(value: string, { id = 'x', time = '2026-11-01T00:00:00Z' } = {}): string {
  const { detail: _, ...rest } = envelope({ id, time });
  return `${JSON.stringify(rest).slice(0, -1)},"detail":{"value":${value}}}`;
}

const placed = (value: string, changes = {}) => placeOf(textWith(value, changes), PATH) as Place;

describe('four events of one second, numbered by a nanosecond clock as JSON numbers', () => {
  const FOUR = { d: 100, b: 101, c: 102, a: 103 };
  const deliveredAs = (ids: string) =>
    [...ids].map((id) => placed(`1763942400000000${FOUR[id as keyof typeof FOUR]}`, { id }));

  test('are in order as they were numbered', () => {
    expect(countOutOfOrder(deliveredAs('dbca'))).toBe(0);
  });

  test.each([
    ['abcd', 3],
    ['dbac', 1],
    ['bdca', 1],
    ['acbd', 3],
  ])('delivered as %s are out of order: %i of them', (ids, count) => {
    expect(countOutOfOrder(deliveredAs(ids))).toBe(count);
  });

  test('have four ordering keys', () => {
    const keys = Object.values(FOUR).map((n) => keyOf(textWith(`1763942400000000${n}`), PATH));
    expect(new Set(keys).size).toBe(4);
    expect(keys[0]).toBe('1763942400000000100');
  });
});

test('values in their order: nothing, numbers, texts, timestamps, each as the documents say', () => {
  const ascending = [
    ['null'],
    ['-1e300'],
    ['-9223372036854775808', '"-9223372036854775808"'],
    ['-9223372036854775807'],
    ['-12.5', '"-12.50"'],
    ['0', '-0', '"+0.0"'],
    ['0.5', '5e-1', '"000.50"'],
    ['4611686018427387903'],
    ['4611686018427387904', '"4611686018427387904"'],
    ['4611686018427387905'],
    ['9223372036854775807'],
    ['1e19', '10000000000000000001'],
    [`"${'10'.repeat(40)}"`],
    ['""'],
    ['"12e4"'],
    ['"1a"'],
    ['"\uffff"'],
    ['"\ud83d\ude00"'],
    ['"2026-11-20"', '"2026-11-20 00:00"'],
    ['"2026-11-20T00:30:00+00:00"', '"2026-11-20T01:30:00+01:00"', '"2026-11-20T00:30Z"'],
    ['"2026-11-20T01:00:00,000000001Z"'],
    ['"2026-11-20T01:00:00.000000002999Z"'],
  ];
  for (const [n, equals] of ascending.entries()) {
    for (const each of equals) expect(compareMeaning(placed(each), placed(equals[0] as string))).toBe(0);
    const next = ascending[n + 1]?.[0];
    if (next)
      expect([equals[0], next, compareMeaning(placed(equals[0] as string), placed(next))]).toEqual([
        equals[0],
        next,
        -1,
      ]);
  }
});

test.each(['true', '[1]', '{"a":1}', '1e400'])('a tiebreaker of %s has no place', (value) => {
  expect(placeOf(textWith(value), PATH)).toBeUndefined();
  expect(countOutOfOrder([placed('1'), placeOf(textWith(value), PATH), placed('2')])).toBe(1);
});

test.each(['noon', '2026-02-30T00:00:00Z', '2026-11-01T24:00:00Z', '2026-11-01T00:00:00+24:00'])(
  'an event of the time %s has no place',
  (time) => {
    expect(placeOf(textWith('1', { time }), PATH)).toBeUndefined();
  },
);

test('an exact integer is found through what JMESPath can do with it', () => {
  const ordered = (path: string) =>
    compareMeaning(
      placeOf(textWith('9007199254740992'), path) as Place,
      placeOf(textWith('9007199254740993'), path) as Place,
    );
  for (const path of [
    PATH,
    'detail.none || detail.value',
    'detail.*|[0]',
    'not_null(detail.none, detail.value)',
  ]) {
    expect([path, ordered(path)]).toEqual([path, -1]);
  }
});

test('a path that computes is judged by doubles', () => {
  const absolute = (value: string) => placeOf(textWith(value), `abs(${PATH})`) as Place;
  expect(compareMeaning(absolute('-2'), absolute('1'))).toBe(1);
});

test('composite ordering keys differ where one integer does', () => {
  const keys = ['9007199254740992', '9007199254740993'].map((n) => keyOf(textWith(n), `[source, ${PATH}]`));
  expect(keys).toEqual(['["shop.orders",9007199254740992]', '["shop.orders",9007199254740993]']);
  expect(['null', '""', 'true', '{"a":1.50}'].map((value) => keyOf(textWith(value), PATH))).toEqual([
    '',
    '',
    'true',
    '{"a":1.5}',
  ]);
});

test('ties are what only the ids keep apart', () => {
  const places = [placed('1', { id: 'a' }), placed('2', { id: 'b' }), placed('1.0', { id: 'c' })];
  expect(countTies(places)).toBe(1);
  expect(comparePlaces(places[0] as Place, places[2] as Place)).toBe(-1);
});

/** What JavaScript writes; longer integers have tests of their own. */
const value = fc.oneof(
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt().map(String),
  fc.tuple(fc.integer(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
    .map((date) => date.toISOString()),
  fc.constantFrom('2026-11-20', '2026-11-20T01:30:00+01:00', '2026-11-20T00:30Z', '12e4', '', '1a', '01'),
);
const time = fc.constantFrom(
  '2026-11-01T00:00:00Z',
  '2026-11-01T00:00:01Z',
  '2026-11-01T00:00:00.000000001Z',
);

const identifier = fc.oneof(fc.nat(20).map(String), fc.stringMatching(/^[a-zA-Z-]{1,3}$/));
const version = fc
  .tuple(
    fc.constantFrom('', 'v'),
    fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }),
    fc.array(identifier, { maxLength: 3 }),
    fc.constantFrom('', '+build.7'),
  )
  .map(
    ([v, parts, ids, build]) => `${v}${parts.join('.')}${ids.length > 0 ? `-${ids.join('.')}` : ''}${build}`,
  );

test.each([
  ['number', ['7.10', '7.9', '10']],
  ['text', ['00000009', '0000000a', '00000010']],
  ['version', ['7.9', '7.10.0-rc.2', '7.10.0-rc.10', '7.10', '7.10.1', '10']],
] as const)('given the type %s, then values come as that says', (type, values) => {
  const places = values.map((each) => placeOf(textWith(JSON.stringify(each)), PATH, type) as Place);
  expect(places.toReversed().sort(comparePlaces)).toEqual(places);
});

test('given any two values and a type, then the oracle orders them, or refuses them, as the service does', () => {
  const event = fc.record({
    id: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
    value: fc.oneof(version, value, time),
  });
  fc.assert(
    fc.property(event, event, fc.constantFrom(...TIEBREAKER_TYPES), (one, other, tiebreakerType) => {
      const texts = [one, other].map(({ id, value: of }) =>
        JSON.stringify(envelope({ id, detail: { value: of } })),
      );
      const positions = texts.map((text) => {
        try {
          return positionOf(parseEvent(text), { tiebreaker: PATH, tiebreakerType });
        } catch {
          return undefined;
        }
      });
      const places = texts.map((text) => placeOf(text, PATH, tiebreakerType));
      expect(places.map((place) => place === undefined)).toEqual(positions.map((each) => each === undefined));
      const [a, b] = positions;
      const [c, d] = places;
      if (a === undefined || b === undefined || !c || !d) return;
      expect(Math.sign(comparePlaces(c, d))).toBe(a === b ? 0 : a < b ? -1 : 1);
    }),
    { numRuns: 3_000 },
  );
});

test('given any two events whose numbers a double holds, then the oracle orders them as their positions do', () => {
  const event = fc.record({ id: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), time, value });
  fc.assert(
    fc.property(event, event, (one, other) => {
      const texts = [one, other].map(({ id, time: at, value: of }) =>
        JSON.stringify(envelope({ id, time: at, detail: { value: of } })),
      );
      const [a, b] = texts.map((text) =>
        positionOf(parseEvent(text), { tiebreaker: PATH, tiebreakerType: 'auto' }),
      ) as [string, string];
      const [c, d] = texts.map((text) => placeOf(text, PATH)) as [Place, Place];
      expect(Math.sign(comparePlaces(c, d))).toBe(a === b ? 0 : a < b ? -1 : 1);
    }),
    { numRuns: 1_000 },
  );
});
