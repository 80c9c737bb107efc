import fc from 'fast-check';
import { laneOf, orderingKeyOf } from '../../../src/core/event/ordering-key';
import { MAX_ORDERING_KEY_BYTES } from '../../../src/core/limits';
import { envelope } from '../../support/events';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const PARTITION_KEY_BYTES = 2_048;

const keyOf = (value: unknown, path = 'detail.key') =>
  orderingKeyOf(JSON.stringify(envelope({ detail: { key: value } })), path, 'exact');

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { size: '+1' }).map((units) => String.fromCharCode(...units)),
  fc
    .tuple(fc.constantFrom('a', 'é', '😀', '#'), fc.nat({ max: 3_000 }))
    .map(([text, times]) => text.repeat(times)),
);

test('given any value, then its lane is a key that DynamoDB takes and gives back as it was', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.jsonValue()), (value) => {
      const lane = laneOf('r'.repeat(64), keyOf(value));
      expect(lane.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(lane)).toBeLessThanOrEqual(PARTITION_KEY_BYTES);
      expect(Buffer.from(lane).toString()).toBe(lane);
      expect(lane.slice(0, lane.indexOf('#'))).toBe('r'.repeat(64));
    }),
  );
});

test('R2: given two texts, then they share a lane if they are equal, and else do not', () => {
  const wellFormed = anyText.map((text) => text.toWellFormed());
  fc.assert(
    fc.property(wellFormed, wellFormed, (a, b) => {
      expect(keyOf(a) === keyOf(b)).toBe(a === b);
    }),
  );
});

test.each([
  ['o-1', 'o-1'],
  [17, '17'],
  [true, 'true'],
  [['a', 1], '["a",1]'],
  [{ shop: 1 }, '{"shop":1}'],
  ['', ''],
  [null, ''],
  [undefined, ''],
  ['a\ud800', 'a\ufffd'],
])('given the value %j, then the ordering key is %j', (value, key) => {
  expect(keyOf(value)).toBe(key);
});

test('given a composite path, then the key has all its values, absent ones too', () => {
  const json = JSON.stringify(envelope({ detail: { shop: 'x', order: 7 } }));
  expect(orderingKeyOf(json, '[detail.shop, detail.order]', 'exact')).toBe('["x",7]');
  expect(orderingKeyOf(json, '[detail.shop, detail.none]', 'exact')).toBe('["x",null]');
});

test('given no path, then there is one lane', () => {
  expect(orderingKeyOf('not even JSON', undefined, 'exact')).toBe('');
  expect(laneOf('r', '')).toBe('r#');
});

test('given a key at the limit and one beyond it, then only the longer is replaced by its digest', () => {
  expect(keyOf('x'.repeat(MAX_ORDERING_KEY_BYTES))).toHaveLength(MAX_ORDERING_KEY_BYTES);
  expect(keyOf('x'.repeat(MAX_ORDERING_KEY_BYTES + 1))).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test.each(['constructor', 'toString', 'valueOf'])(
  'R7: given an ordering key named %s, when an event lacks it, then it is in the common lane',
  (name) => {
    expect(keyOf('x', `detail.${name}`)).toBe('');
  },
);

test('R7: given a path that fails on one value, then that event still has a lane', () => {
  expect(keyOf(5, 'detail.key && length(detail.key)')).toEqual(expect.any(String));
});

test('given a text that is no JSON, then the error does not quote it', () => {
  const { message } = errorThrownBy(() =>
    orderingKeyOf('card 4111 1111 1111 1111', 'detail.orderId', 'exact'),
  );
  expect(message).toBe('An event in the buffer is no JSON.');
});

function errorThrownBy(throwing: () => unknown): Error {
  try {
    throwing();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
