import fc from 'fast-check';
import { bucketOf, positionOf } from '../../../src/core/collect/place';
import { textOf } from '../../../src/core/errors';
import { parseEvent } from '../../../src/core/event/envelope';
import { epochMsOf } from '../../../src/core/event/instant';
import { formatPosition, parsePosition } from '../../../src/core/event/position';
import { encodeTiebreaker } from '../../../src/core/event/tiebreaker';
import { MAX_ID_BYTES, MAX_TIEBREAKER_BYTES } from '../../../src/core/limits';
import { textOrder } from '../../support/decimal';
import { errorOf } from '../../support/errors';
import { arrival, envelope, eventOf, eventSet, originalOrder, type Sketch } from '../../support/events';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const SORT_KEY_BYTES = 1_024;

const place = (sketch: Sketch) => positionOf(parseEvent(eventOf(sketch)), 'detail.sequence');
const withTiebreaker = (value: unknown, id = 'x') =>
  positionOf(parseEvent(envelope({ id, detail: { value } })), 'detail.value');

test('R2: given any events, then their positions order as they happened: time, tiebreaker, id', () => {
  fc.assert(
    fc.property(eventSet({ maxLength: 2, spanSeconds: 1 }), (sketches) => {
      const [a, b = a] = sketches as [Sketch, Sketch?];
      expect(textOrder(place(a), place(b))).toBe(Math.sign(originalOrder(a, b)));
    }),
    { numRuns: 2_000 },
  );
});

test('R5: given any arrival order and duplicates, then the same events have the same positions and buckets', () => {
  const arrivals = eventSet({ maxLength: 20 }).chain((sketches) =>
    fc.tuple(fc.constant(sketches), arrival(sketches.length)),
  );
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 64 }), ([sketches, order], buckets) => {
      const arrived = order.map((n) => sketches[n] as Sketch);
      const places = new Set(arrived.map((each) => `${place(each)} ${bucketOf(each.id, buckets)}`));
      expect(places.size).toBe(sketches.length);
      expect([...new Set(arrived.map(place))].sort(textOrder)).toEqual(
        [...sketches].sort(originalOrder).map(place),
      );
    }),
  );
});

test('given any position, then its text is read back as what was written', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 4e12 }), (value, id, ms) => {
      const tiebreaker = encodeTiebreaker(value) as string;
      const time = `${new Date(ms).toISOString().slice(0, 23)}999999Z`;
      const position = { time, tiebreaker, id: id.toWellFormed() };
      expect(parsePosition(formatPosition(position))).toEqual(position);
      expect(epochMsOf(time)).toBe(ms);
    }),
  );
});

test('given tiebreakers of all kinds, then nothing sorts before numbers, those before text, that before timestamps', () => {
  const ascending = [
    [undefined, null],
    [-12.5, '-12.50'],
    [-2, '-2'],
    [0, '0', '-0', '+0.0'],
    [0.5, '0.5', '000.50'],
    [7, '7'],
    ['9007199254740993'],
    ['10'.repeat(40)],
    [''],
    [' '],
    ['12e4'],
    ['1a'],
    ['Z'],
    ['a'],
    ['é'],
    ['\uffff'],
    ['😀'],
    ['2026-11-20'],
    ['2026-11-20T00:30:00+00:00', '2026-11-20T01:30:00+01:00'],
    ['2026-11-20T01:00:00Z'],
    ['2026-11-20T01:00:00.000000001Z'],
  ];
  const encoded = ascending.map((equals) => equals.map((value) => encodeTiebreaker(value) as string));
  expect(encoded.map((equals) => new Set(equals).size)).toEqual(encoded.map(() => 1));
  const texts = encoded.map(([first]) => `${first}#`);
  expect([...texts].sort(textOrder)).toEqual(texts);
});

test.each([
  [true, 'a boolean'],
  [[1], 'an array'],
  [{ a: 1 }, 'an object'],
])('given a tiebreaker of %j, then the error says that it is %s', (value, kind) => {
  const error = errorOf(() => withTiebreaker(value, 'e-1'));
  expect(error.code).toBe('InvalidTiebreaker');
  expect(error.disposition).toBe('park');
  expect(error.ids).toEqual({ replay: 'replay-1', eventId: 'e-1' });
  expect(textOf(error)).toBe(
    `The value at the tiebreaker path "detail.value" is ${kind}; allowed are numbers, short strings and null. ` +
      'Choose a path that leads to one of these in every event, or mend the event.',
  );
});

test('given a tiebreaker too long for a position, then the error has its encoded bytes and the limit', () => {
  expect(withTiebreaker('x'.repeat(MAX_TIEBREAKER_BYTES - 1))).toContain('#sxxx');
  const error = errorOf(() => withTiebreaker('é'.repeat(MAX_TIEBREAKER_BYTES)));
  expect(error.message).toMatch(/ takes 1345 bytes of 224; allowed are /);
});

test('given no tiebreaker path, then a position has none', () => {
  expect(positionOf(parseEvent(envelope({ id: 'x' })), '')).toBe('2026-11-01T00:00:00.000000000Z##x');
});

test('given the longest tiebreaker and the longest id that EventBridge could make, then the position is a sort key', () => {
  const position = withTiebreaker('x'.repeat(MAX_TIEBREAKER_BYTES - 1), 'x'.repeat(MAX_ID_BYTES));
  expect(Buffer.byteLength(position)).toBeLessThanOrEqual(SORT_KEY_BYTES);
});

test('given the longest tiebreaker and any id that is accepted, then the position is a sort key', () => {
  let position = '';
  try {
    position = withTiebreaker('x'.repeat(MAX_TIEBREAKER_BYTES - 1), '#'.repeat(MAX_ID_BYTES));
  } catch (error) {
    expect(error).toMatchObject({ code: 'InvalidEvent' });
  }
  expect(Buffer.byteLength(position)).toBeLessThanOrEqual(SORT_KEY_BYTES);
});

test('R1: given two ids that differ in a lone surrogate only, then they are refused or have two positions', () => {
  const positions = ['a\ud800', 'a\ud801'].map((id) => {
    try {
      return withTiebreaker(1, id);
    } catch {
      return id;
    }
  });
  expect(new Set(positions).size).toBe(2);
});

test('given a tiebreaker path that is also a name of JavaScript, when the event lacks it, then it is absent', () => {
  expect(positionOf(parseEvent(envelope({ id: 'x' })), 'detail.constructor')).toMatch(/##x$/);
});

test('given a tiebreaker path that fails on a value, then the error is InvalidTiebreaker', () => {
  const event = parseEvent(envelope({ detail: { items: 5 } }));
  expect(errorOf(() => positionOf(event, 'detail.items && length(detail.items)')).code).toBe(
    'InvalidTiebreaker',
  );
});

test('given ten thousand ids, then the buckets are about equally full', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(), (buckets, salt) => {
      const counts = Array<number>(buckets).fill(0);
      for (let n = 0; n < 10_000; n++) {
        const bucket = bucketOf(`${salt}-${n}`, buckets);
        counts[bucket] = (counts[bucket] as number) + 1;
      }
      const mean = 10_000 / buckets;
      for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(6 * Math.sqrt(mean) + 1);
    }),
    { numRuns: 10 },
  );
});
