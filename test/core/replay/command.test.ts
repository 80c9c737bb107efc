import fc from 'fast-check';
import { isBeyond } from '../../../src/core/event/bounds';
import { areSame, badFieldsOf, WISH_NAMES, wishesOf } from '../../../src/core/replay/command';
import { Unreadable } from '../../../src/core/replay/unreadable';

const POSITION = '2026-11-01T00:00:05.000000000Z##e-5';

test.each<[Record<string, unknown>, object]>([
  [{}, {}],
  [
    { paused: true, cancelled: true },
    { paused: true, cancelled: true },
  ],
  [{ paused: 'true', cancelled: 'false' }, { paused: true }],
  [{ paused: false }, {}],
  [
    { speed: '10', idle: '5s', onMissing: 'continue' },
    { speed: '10', idle: '5s', onMissing: 'continue' },
  ],
  [
    { speed: 0.5, idle: 'none' },
    { speed: '0.5', idle: 'none' },
  ],
  [
    { until: POSITION, stepTo: POSITION },
    { until: POSITION, stepTo: POSITION },
  ],
  [{ until: '2026-11-01T01:00:05+01:00' }, { until: '2026-11-01T00:00:05.000000000Z' }],
])('given the command %j, then that is wished, and nothing is wrong with it', (command, wishes) => {
  expect(wishesOf(command)).toEqual(wishes);
  expect(badFieldsOf(command)).toEqual([]);
});

test.each<[string, unknown, string, string]>([
  ['paused', 'yes', 'the text "yes"', 'true or false'],
  ['cancelled', 1, '1', 'true or false'],
  ['speed', 'fast', 'the text "fast"', 'a number above 0 (1 is as recorded, 10 ten times faster), or max'],
  ['speed', 0, '0', 'a number above 0 (1 is as recorded, 10 ten times faster), or max'],
  ['idle', 5, '5', 'a number with a unit (250ms, 5s, 2m, 1h, 1d), or none'],
  ['onMissing', '', 'empty', 'wait or continue'],
  ['until', 'lunch', 'the text "lunch"', 'the position of an event, or a time such as 2026-11-20T12:00:00Z'],
  [
    'until',
    new Unreadable('a map'),
    'a map',
    'the position of an event, or a time such as 2026-11-20T12:00:00Z',
  ],
  ['stepTo', '2026-11-01T00:00:05Z', 'the text "2026-11-01T00:00:05Z"', 'the position of an event'],
  ['pausd', true, 'unknown', `one of ${WISH_NAMES.join(', ')}`],
])('given %s as %j, then it is ignored, and told', (name, value, is, expected) => {
  const command = { [name]: value, idle: name === 'idle' ? value : '5s' };
  expect(wishesOf(command)).toEqual(name === 'idle' ? {} : { idle: '5s' });
  expect(badFieldsOf(command)).toEqual([{ field: name, is, expected }]);
});

test('given any command, then its wishes are wishes of their own, and the same ones', () => {
  const field = fc.oneof(fc.anything(), fc.constantFrom('true', '10', '5s', 'continue', POSITION));
  const command = fc.dictionary(fc.oneof(fc.constantFrom(...WISH_NAMES), fc.string()), field);
  fc.assert(
    fc.property(command, (typed) => {
      const wishes = wishesOf(typed);
      expect(areSame(wishesOf({ ...wishes }), wishes)).toBe(true);
      expect(badFieldsOf({ ...wishes })).toEqual([]);
      expect(Object.keys(wishes).length + badFieldsOf(typed).length).toBeLessThanOrEqual(
        Object.keys(typed).length,
      );
    }),
  );
});

test.each([
  ['2026-11-01T00:00:05.000000000Z##e-4', POSITION, false],
  ['2026-11-01T00:00:05.000000000Z##e-5', POSITION, false],
  ['2026-11-01T00:00:05.000000000Z##e-50', POSITION, true],
  ['2026-11-01T00:00:05.000000000Z#zz#e-9', '2026-11-01T00:00:05.000000000Z', false],
  ['2026-11-01T00:00:05.000000001Z##e-5', '2026-11-01T00:00:05.000000000Z', true],
])('given the event at %s and the bound %s, then it is beyond: %s', (position, bound, beyond) => {
  expect(isBeyond(position, bound)).toBe(beyond);
});

test('given the same fields in another order, then the same is told', () => {
  const one = badFieldsOf({ zz: 1, speed: 'fast', aa: 2 });
  expect(one.map(({ field }) => field)).toEqual(['aa', 'speed', 'zz']);
  expect(badFieldsOf({ aa: 2, zz: 1, speed: 'fast' })).toEqual(one);
});

test('given thousands of fields that mean nothing, then ten are told, and the wishes among them count', () => {
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`field-${n}`, true]));
  const command = { ...many, paused: true, speed: 'fast' };
  expect(wishesOf(command)).toEqual({ paused: true });
  expect(badFieldsOf(command)).toHaveLength(10);
});
