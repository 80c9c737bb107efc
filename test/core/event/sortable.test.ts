import fc from 'fast-check';
import { sortableNumber, sortableText } from '../../../src/core/event/sortable';
import { numericOrder, textOrder } from '../../support/decimal';

const PRINTABLE_ABOVE_HASH = /^[$-~]*$/;

const sign = fc.constantFrom('', '-', '+');
const digits = fc.oneof(
  fc.stringMatching(/^[0-9]{1,6}$/),
  fc.stringMatching(/^[01]{1,4}$/),
  fc.stringMatching(/^[0-9]{30,60}$/),
);
const fraction = fc.oneof(
  fc.constant(''),
  digits.map((text) => `.${text}`),
);
const exponent = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .tuple(fc.constantFrom('e', 'E'), sign, fc.integer({ min: 0, max: 999 }))
    .map(([e, s, n]) => `${e}${s}${n}`),
);
const decimal = fc.tuple(sign, digits, fraction, exponent).map((parts) => parts.join(''));
/** Two numbers that often differ in little: in the sign, the last digit, or only in how they are written. */
const decimals = fc.oneof(
  fc.tuple(decimal, decimal),
  fc
    .tuple(sign, sign, digits, fraction, digits)
    .map(([s, t, whole, part, more]): [string, string] => [
      `${s}${whole}${part || '.'}${more}`,
      `${t}${whole}${part || '.0'}`,
    ]),
  fc
    .tuple(sign, digits, fc.nat({ max: 9 }))
    .map(([s, whole, zeros]): [string, string] => [
      `${s}${whole}`,
      `${s}000${whole}${'0'.repeat(zeros)}.0e-${zeros}`,
    ]),
);
/** Any UTF-16, lone surrogates included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '#', '$', '%', '}', '~', '\u007f', 'é', '\uffff', '😀', '\u0000') }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

test('R2: given any two decimal numbers, then their encodings order as their values, and are equal where they are', () => {
  fc.assert(
    fc.property(decimals, ([a, b]) => {
      const [left, right] = [sortableNumber(a) as string, sortableNumber(b) as string];
      expect(textOrder(left, right)).toBe(numericOrder(a, b));
      // In a position, the separator and more text follow.
      if (numericOrder(a, b) !== 0) {
        expect(textOrder(`${left}#zzz`, `${right}#`)).toBe(numericOrder(a, b));
        expect(textOrder(`${left}#`, `${right}#zzz`)).toBe(numericOrder(a, b));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('R2: given digit strings of thousands of digits, then their encodings order as their values', () => {
  const long = fc.tuple(
    fc.constantFrom('', '-'),
    fc.constantFrom('1', '9', '10', '0'),
    fc.nat({ max: 9_000 }),
    fc.constantFrom('', '1', '.5', '.05'),
  );
  const number = long.map(([s, lead, length, tail]) => `${s}${lead}${'7'.repeat(length)}${tail}`);
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(textOrder(sortableNumber(a) as string, sortableNumber(b) as string)).toBe(numericOrder(a, b));
    }),
    { numRuns: 50 },
  );
});

test('given the extremes of double precision, then they order too', () => {
  const doubles = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 0, -0, 1e21),
  );
  fc.assert(
    fc.property(doubles, doubles, (a, b) => {
      const order = a === b ? 0 : a < b ? -1 : 1;
      expect(textOrder(sortableNumber(String(a)) as string, sortableNumber(String(b)) as string)).toBe(order);
    }),
    { numRuns: 1_000 },
  );
});

test.each(['', '-', '.5', '5.', '1e', '1e12345', '0x10', 'NaN', 'Infinity', '1 ', '1_000', '١'])(
  'given %j, then it is no decimal number',
  (text) => {
    expect(sortableNumber(text)).toBeUndefined();
  },
);

test.each([
  ['beyond the shift', `1${'0'.repeat(50_000)}`, '2'],
  ['below the shift', `0.${'0'.repeat(50_001)}1`, `0.${'0'.repeat(50_002)}1`],
])('given numbers with an exponent %s of five digits, then they still order, or are none', (_, a, b) => {
  const [greater, lesser] = [sortableNumber(a), sortableNumber(b)];
  if (greater !== undefined && lesser !== undefined) expect(textOrder(greater, lesser)).toBe(1);
});

test('R2: given any two texts, then their encodings order as their UTF-8 bytes, also where more follows', () => {
  fc.assert(
    fc.property(anyText, anyText, fc.boolean(), (a, rest, isPrefix) => {
      const b = isPrefix ? a + rest : rest;
      const order = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const [left, right] = [sortableText(a), sortableText(b)];
      expect(textOrder(left, right)).toBe(order);
      expect(Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)))).toBe(order);
      if (order !== 0) {
        expect(textOrder(`${left}#`, `${right}#`)).toBe(order);
        expect(textOrder(`${left}#zzz`, `${right}#`)).toBe(order);
        expect(textOrder(`${left}#`, `${right}#zzz`)).toBe(order);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('given any input, then what comes out is printable ASCII above the separator', () => {
  fc.assert(
    fc.property(anyText, decimal, (text, number) => {
      expect(sortableText(text)).toMatch(PRINTABLE_ABOVE_HASH);
      expect(sortableNumber(number)).toMatch(PRINTABLE_ABOVE_HASH);
    }),
  );
});

test('given an id as EventBridge makes them, then it stands as it is', () => {
  fc.assert(fc.property(fc.uuid(), (id) => expect(sortableText(id)).toBe(id)));
});
