import type { Delivered } from './consumer/order';
import { happen } from './world/events';
import { judge, outOfOrder } from './world/figures';

/** The judge of the other cases, on deliveries that are wrong on purpose. */
describe('what the judge of an ordered replay finds', () => {
  const events = happen(4, (n) => ({ second: n }));
  const verdict = (...delivered: [n: number, offset: number][]) =>
    judge(
      events,
      delivered.map(([n, offset]): Delivered => {
        return { n, offset, id: `event-${n}`, run: 'r', orderingKey: '', atMs: 0, bytes: 0 };
      }),
      () => '',
    );

  test('nothing, where all came once and in order', () => {
    expect(verdict([0, 0], [1, 1], [2, 2], [3, 3])).toEqual({ violations: 0, lost: 0, redelivered: 0 });
  });

  test('a repetition from an earlier event on is none, under the same offsets', () => {
    expect(verdict([0, 0], [1, 1], [0, 0], [1, 1], [2, 2], [3, 3])).toEqual({
      violations: 0,
      lost: 0,
      redelivered: 2,
    });
  });

  test('two events in the wrong order', () => {
    expect(verdict([0, 0], [2, 1], [1, 2], [3, 3])).toEqual({ violations: 2, lost: 0, redelivered: 0 });
  });

  test('an event before one that was skipped, although the offsets are right', () => {
    const skipped = verdict([0, 0], [2, 2], [1, 1], [2, 2], [3, 3]);
    expect(skipped).toEqual({ violations: 2, lost: 0, redelivered: 1 });
  });

  test('an event that never came', () => {
    expect(verdict([0, 0], [1, 1], [2, 2])).toEqual({ violations: 0, lost: 1, redelivered: 0 });
    expect(verdict([0, 0], [2, 1], [3, 2])).toEqual({ violations: 2, lost: 1, redelivered: 0 });
  });

  test('an event of another lane', () => {
    expect(judge(events, [], ({ orderId }) => orderId)).toEqual({ violations: 0, lost: 4, redelivered: 0 });
    const stray = { n: 1, offset: 0, id: 'event-1', run: 'r', orderingKey: 'order-0', atMs: 0, bytes: 0 };
    expect(judge(events, [stray], ({ orderId }) => orderId).violations).toBe(1);
  });

  test('how many arrived behind an event that sorts after them', () => {
    expect(outOfOrder(['a', 'b', 'c'])).toBe(0);
    expect(outOfOrder(['c', 'a', 'd', 'b'])).toBe(2);
  });
});
