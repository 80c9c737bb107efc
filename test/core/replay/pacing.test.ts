import fc from 'fast-check';
import { dueAt, type Pace } from '../../../src/core/replay/pacing';
import type { PacePoint } from '../../../src/core/replay/progress';

const START_MS = 1_000_000;
const pace: fc.Arbitrary<Pace> = fc.record({
  speed: fc.oneof(
    fc.constantFrom(1, 10, Number.POSITIVE_INFINITY),
    fc.double({ min: 0.01, max: 1_000, noNaN: true }),
  ),
  idleMs: fc.oneof(fc.constantFrom(0, Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 10_000 })),
});
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })), { maxLength: 30 });

/** Due times of events that are this far apart. */
function walk(terms: Pace, gapsMs: number[]): number[] {
  let previous: PacePoint | undefined;
  let eventTimeMs = 5_000;
  return [0, ...gapsMs].map((gapMs) => {
    eventTimeMs += gapMs;
    const dueAtMs = dueAt(terms, START_MS, previous, eventTimeMs);
    previous = { eventTimeMs, dueAtMs };
    return dueAtMs;
  });
}

test('R6: given any gaps, then the first event is due at the start and each next one min(gap / speed, idle) later', () => {
  fc.assert(
    fc.property(pace, gaps, (terms, gapsMs) => {
      const due = walk(terms, gapsMs);
      let expected = START_MS;
      expect(due[0]).toBe(START_MS);
      for (const [n, gapMs] of gapsMs.entries()) {
        const scaled = terms.speed === Number.POSITIVE_INFINITY ? 0 : gapMs / terms.speed;
        expected += Math.min(scaled, terms.idleMs);
        expect(due[n + 1]).toBeCloseTo(expected, 4);
        expect(due[n + 1]).toBeGreaterThanOrEqual(due[n] as number);
      }
    }),
  );
});

test('R6: without a limit on pauses, no event is due before its distance from the first, divided by the speed', () => {
  fc.assert(
    fc.property(pace, gaps, ({ speed }, gapsMs) => {
      const due = walk({ speed, idleMs: Number.POSITIVE_INFINITY }, gapsMs);
      const distanceMs = gapsMs.reduce((sum, gap) => sum + gap, 0);
      expect(due.at(-1)).toBeCloseTo(START_MS + distanceMs / speed, 3);
    }),
  );
});

test('given speed max, then all events are due at the start, and every due time is a number', () => {
  fc.assert(
    fc.property(gaps, fc.constantFrom(0, 5_000, Number.POSITIVE_INFINITY), (gapsMs, idleMs) => {
      const due = walk({ speed: Number.POSITIVE_INFINITY, idleMs }, gapsMs);
      expect(new Set(due)).toEqual(new Set([START_MS]));
    }),
  );
});

test('given an idle limit, then a longer pause is cut to it and the pauses after it are as they were', () => {
  expect(walk({ speed: 2, idleMs: 5_000 }, [2_000, 60_000, 2_000])).toEqual([
    START_MS,
    START_MS + 1_000,
    START_MS + 6_000,
    START_MS + 7_000,
  ]);
});

test('R5: given any event in between as the starting point, then the due times after it are the same to the bit', () => {
  fc.assert(
    fc.property(pace, gaps, fc.nat(), (terms, gapsMs, cut) => {
      const whole = walk(terms, gapsMs);
      const from = cut % whole.length;
      let eventTimeMs = 5_000 + gapsMs.slice(0, from).reduce((sum, gap) => sum + gap, 0);
      let previous = JSON.parse(JSON.stringify({ eventTimeMs, dueAtMs: whole[from] })) as PacePoint;
      const resumed = gapsMs.slice(from).map((gapMs) => {
        eventTimeMs += gapMs;
        previous = { eventTimeMs, dueAtMs: dueAt(terms, START_MS, previous, eventTimeMs) };
        return previous.dueAtMs;
      });
      expect(resumed).toEqual(whole.slice(from + 1));
    }),
  );
});
