import { textOf } from '../../../src/core/errors';
import { parseEvent } from '../../../src/core/event/envelope';
import { encodeTiebreaker, tiebreakerOf } from '../../../src/core/event/tiebreaker';
import { MAX_TIEBREAKER_BYTES, MAX_TIEBREAKER_CHARS } from '../../../src/core/limits';
import { textOrder } from '../../support/decimal';
import { errorOf } from '../../support/errors';
import { envelope } from '../../support/events';

const withTiebreaker = (value: unknown, id = 'x') =>
  tiebreakerOf(parseEvent(envelope({ id, detail: { value } })), {
    tiebreaker: 'detail.value',
    tiebreakerType: 'auto',
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
  expect(withTiebreaker('x'.repeat(MAX_TIEBREAKER_BYTES - 1))).toMatch(/^sxxx/);
  const error = errorOf(() => withTiebreaker('é'.repeat(MAX_TIEBREAKER_BYTES)));
  expect(error.message).toMatch(/ takes 1345 bytes of 224; allowed are /);
});

test.each([
  ['a number that is 1', `1.${'0'.repeat(MAX_TIEBREAKER_CHARS)}`],
  ['a time', `2026-11-20T00:00:00.${'0'.repeat(MAX_TIEBREAKER_CHARS)}Z`],
  ['a text', ' '.repeat(MAX_TIEBREAKER_CHARS + 1)],
])(
  'given %s, but in a text that is too long to be read, then the error has its length and the limit',
  (_what, value) => {
    const error = errorOf(() => withTiebreaker(value));
    expect(error.code).toBe('InvalidTiebreaker');
    expect(error.message).toContain(` has ${value.length} characters of 1024; allowed are numbers`);
  },
);

test('given a number in the longest text that is read, then it is that number', () => {
  const one = `1.${'0'.repeat(MAX_TIEBREAKER_CHARS - 2)}`;
  expect(withTiebreaker(one)).toBe(withTiebreaker(1));
});

test('given a tiebreaker path that is also a name of JavaScript, when the event lacks it, then it is absent', () => {
  expect(tiebreakerOf(parseEvent(envelope({ id: 'x' })), { tiebreaker: 'detail.constructor' })).toBe('');
});

test('given a tiebreaker path that fails on a value, then the error is InvalidTiebreaker', () => {
  const event = parseEvent(envelope({ detail: { items: 5 } }));
  expect(
    errorOf(() => tiebreakerOf(event, { tiebreaker: 'detail.items && length(detail.items)' })).code,
  ).toBe('InvalidTiebreaker');
});
