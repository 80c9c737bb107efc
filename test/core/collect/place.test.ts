import fc from 'fast-check';
import { bucketOf, positionOf } from '../../../src/core/collect/place';
import { parseEvent } from '../../../src/core/event/envelope';
import { MAX_ID_BYTES, MAX_TIEBREAKER_BYTES } from '../../../src/core/limits';
import { textOrder } from '../../support/decimal';
import { arrival, envelope, eventOf, eventSet, originalOrder, type Sketch } from '../../support/events';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const SORT_KEY_BYTES = 1_024;

const place = (sketch: Sketch) =>
  positionOf(parseEvent(eventOf(sketch)), { tiebreaker: 'detail.sequence', tiebreakerType: 'auto' });
const withTiebreaker = (value: unknown, id = 'x') =>
  positionOf(parseEvent(envelope({ id, detail: { value } })), {
    tiebreaker: 'detail.value',
    tiebreakerType: 'auto',
  });

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

test('given no tiebreaker path, then a position has none', () => {
  expect(positionOf(parseEvent(envelope({ id: 'x' })), { tiebreaker: '' })).toBe(
    '2026-11-01T00:00:00.000000000Z##x',
  );
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
