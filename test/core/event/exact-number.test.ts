import fc from 'fast-check';
import { type JsonValue, readExactly, writeExactly } from '../../../src/core/event/exact-number';
import { type NumberReading, valueAt } from '../../../src/core/event/value-at-path';

const read = (json: string) => readExactly(json, JSON.parse(json));

const MOST = 2n ** 63n;
const long = fc.oneof(
  fc.bigInt({ min: -MOST, max: MOST }),
  fc.bigInt({ min: 1_763_942_400_000_000_000n, max: 1_763_942_400_000_000_300n }),
  fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 8n }),
  fc.bigInt({ min: -(2n ** 53n) - 8n, max: 4n - 2n ** 53n }),
);
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const numberToken = fc.oneof(
  long.map(String),
  double.map(String),
  double.map((d) => d.toExponential()),
);

/** By a rule of its own: beyond 2^53 digits count up to 64 bits, and else the double does. */
function compare(one: string, other: string): number {
  const doubles = [Number(one), Number(other)] as const;
  const areLong = doubles.every((each) => Number.isInteger(each) && Math.abs(each) >= 2 ** 53);
  if (!areLong) return Math.sign(doubles[0] - doubles[1]) || 0;
  const [a, b] = [exactOf(one), exactOf(other)];
  return a === b ? 0 : a < b ? -1 : 1;
}

function exactOf(token: string): bigint {
  const isExact = /^-?\d+$/.test(token) && BigInt(token) <= MOST && BigInt(token) >= -MOST;
  return BigInt(isExact ? token : Number(token));
}

test('given any numbers of an event, then each two compare as their exact values do, and are equal where those are', () => {
  fc.assert(
    fc.property(fc.array(numberToken, { minLength: 2, maxLength: 12 }), (tokens) => {
      const { value, textOf } = read(`{"numbers":[${tokens.join()}]}`);
      const { numbers } = value as { numbers: number[] };
      for (const [i, one] of tokens.entries()) {
        for (const [j, other] of tokens.entries()) {
          const [a, b] = [numbers[i] as number, numbers[j] as number];
          const order = compare(one, other);
          const found = [Math.sign(a - b) || 0, textOf(a) === textOf(b)];
          if (found[0] !== order || found[1] !== (order === 0))
            expect([one, other, ...found]).toEqual([order]);
        }
      }
    }),
    { numRuns: 3_000 },
  );
});

test('given two events, then a number has the same text in both, whatever other numbers they have', () => {
  fc.assert(
    fc.property(numberToken, fc.array(numberToken, { maxLength: 6 }), (token, others) => {
      const textIn = (json: string) => {
        const { value, textOf } = read(json);
        return textOf((value as { n: number }).n);
      };
      const alone = textIn(`{"n":${token}}`);
      expect(textIn(`{"others":[${others.join()}],"n":${token}}`)).toBe(alone);
      expect(Number(alone)).toBe(Number(token) || 0);
    }),
    { numRuns: 3_000 },
  );
});

test('given a path of plain names, then its number has the text that JMESPath finds', () => {
  fc.assert(
    fc.property(fc.array(numberToken, { minLength: 1, maxLength: 5 }), (tokens) => {
      const json = `{"a":{${tokens.map((token, n) => `"n${n}":${token}`).join()},"text":"${tokens[0]}"}}`;
      const event = { json, envelope: JSON.parse(json) };
      const at = (path: string) => writeExactly(valueAt(path, event, 'exact') as JsonValue);
      for (const n of tokens.keys()) expect(at(`a.n${n}`)).toBe(at(`a | n${n}`));
    }),
    { numRuns: 2_000 },
  );
});

const JSON_TEXT =
  '{"detail":{"ts":1763942400000000101,"before":1763942400000000100,"same":1763942400000000101.0,' +
  '"price":1.10,"unsigned":12345678901234567890,"zero":-0,"text":"1763942400000000103","much":1e400,' +
  '"items":[{"id":1763942400000000103,"n":2},{"id":1763942400000000102,"n":1}]}}';

const find = (path: string, reading: NumberReading = 'exact') => {
  const found = valueAt(path, { json: JSON_TEXT, envelope: JSON.parse(JSON_TEXT) }, reading);
  return found === 'refused' ? found : writeExactly(found);
};

test.each([
  ['detail.ts', '1763942400000000101'],
  ['detail.before', '1763942400000000100'],
  ['detail.price', '1.1'],
  ['detail.zero', '0'],
  ['detail.unsigned', '12345678901234567000'],
  ['detail.much', 'null'],
  ['detail.text', '"1763942400000000103"'],
  ['[detail.ts, detail.before, detail.price]', '[1763942400000000101,1763942400000000100,1.1]'],
  ['detail.items', '[{"id":1763942400000000103,"n":2},{"id":1763942400000000102,"n":1}]'],
  ['detail.items[1].id', '1763942400000000102'],
  ['detail.items[?n == `1`].id | [0]', '1763942400000000102'],
  ['detail.items[?id > `5`].id', '[1763942400000000103,1763942400000000102]'],
  ['max(detail.items[].id)', '1763942400000000103'],
  ['sort_by(detail.items, &id)[0].id', '1763942400000000102'],
  ['abs(detail.ts)', '1763942400000000101'],
  ['type(detail.ts)', '"number"'],
  ['to_string(detail.ts)', '"1763942400000000101"'],
  ["join('/', [to_string(detail.ts), to_string(detail.price)])", '"1763942400000000101/1.1"'],
  ['to_string(detail.items[0])', '"{\\"id\\":1763942400000000103,\\"n\\":2}"'],
  ['to_string(detail.text)', '"1763942400000000103"'],
  ['{ a: detail.ts }', '{"a":1763942400000000101}'],
  ['length(detail.ts)', 'refused'],
  ['to_string()', 'refused'],
])('given the path %s, then what it finds is %s', (path, expected) => {
  expect(find(path)).toBe(expected);
});

test('given a row of before, then numbers are doubles there', () => {
  expect(find('detail.ts', 'double')).toBe('1763942400000000000');
  expect(find('[detail.ts, detail.before]', 'double')).toBe('[1763942400000000000,1763942400000000000]');
});

test('given a long integer and the same value with a fraction of nothing, then they are what JSON.parse makes of the one', () => {
  expect(find('detail.same')).toBe('1763942400000000000');
});
