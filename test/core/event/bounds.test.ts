import fc from 'fast-check';
import {
  isBound,
  isPosition,
  justAfter,
  justBefore,
  readBound,
  timeOfBound,
} from '../../../src/core/event/bounds';
import { formatPosition } from '../../../src/core/event/position';
import { encodeTiebreaker } from '../../../src/core/event/tiebreaker';
import { byteOrder } from '../../fakes/byte-order';

const time = (second: number) => `2026-11-20T12:00:0${second}.000000000Z`;

const id = fc.oneof(
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('#', '~', '%', '}', 'a', '😀') }),
);
const position = fc
  .record({
    second: fc.nat(2),
    tiebreaker: fc.oneof(fc.constant(''), fc.nat(3), fc.constantFrom('~', '#', 'a')),
    id,
  })
  .map(({ second, tiebreaker, id }) =>
    formatPosition({
      time: time(second),
      tiebreaker: encodeTiebreaker(tiebreaker) ?? '',
      id: id.toWellFormed(),
    }),
  );
/** As long as a position may be, and beginning like one another. */
const longest = fc
  .array(fc.constantFrom('$00', '~ff', 'a', '%', '}'), { minLength: 2, maxLength: 4 })
  .map((end) => {
    const start = `${time(1)}##`;
    const tail = end.join('');
    return `${start}${'x'.repeat(1_024 - start.length - tail.length)}${tail}`;
  });
const anyPosition = fc.oneof(position, longest);
const bound = fc.oneof(anyPosition, fc.nat(2).map(time));

/** An instant stands for all events of its time. */
const compare = (one: string, other: string) =>
  other.length === 30 ? byteOrder(one.slice(0, 30), other) : byteOrder(one, other);

test('given any positions and any bound, then just after and just before it is no position', () => {
  fc.assert(
    fc.property(anyPosition, bound, (one, other) => {
      const isOn = (edge: string) => byteOrder(one, edge) >= 0;
      expect(isOn(justAfter(other))).toBe(compare(one, other) > 0);
      expect(byteOrder(one, justBefore(other)) <= 0).toBe(compare(one, other) < 0);
      expect(byteOrder(one, justAfter(other))).not.toBe(0);
    }),
    { numRuns: 2_000 },
  );
});

test('given any bound, then what stands for it is no longer than a key may be', () => {
  fc.assert(
    fc.property(bound, (each) => {
      expect(justAfter(each).length).toBeLessThanOrEqual(1_024);
      expect(justBefore(each).length).toBeLessThanOrEqual(1_024);
    }),
  );
});

test('given what a person types, then it is a position, or an instant in any of its forms, or nothing', () => {
  const one = `${time(1)}##id`;
  expect(readBound(one)).toBe(one);
  expect(readBound('2026-11-20T13:00:01+01:00')).toBe(time(1));
  expect(readBound('2026-11-20')).toBe('2026-11-20T00:00:00.000000000Z');
  for (const text of [
    '',
    'noon',
    `${time(1)}#`,
    `${time(1)}##`,
    `${time(1)}##ü`,
    '2026-11-31T12:00:00.000000000Z##id',
  ]) {
    expect(readBound(text)).toBeUndefined();
  }
  expect([one, time(1)].map(isBound)).toEqual([true, true]);
  expect(['2026-11-20', '2026-11-31T12:00:00.000000000Z', 'x'].map(isBound)).toEqual([false, false, false]);
  expect([one, time(1)].map(timeOfBound)).toEqual([time(1), time(1)]);
  expect(isPosition(`${one}${'x'.repeat(1_000)}`)).toBe(false);
});
