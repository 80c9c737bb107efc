import fc from 'fast-check';
import { type HistoryPoint, mergeHistories, thinned } from '../../../src/core/replay/history';
import type { TakenUp } from '../../../src/core/replay/progress';

/** Steps of a run: so much later, so many events, so much further in event time, so late. */
const step = fc.record({
  ms: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 36_000_000 })),
  events: fc.oneof(fc.constant(0), fc.nat(1_000)),
  timeMs: fc.nat(100_000),
  lagMs: fc.option(fc.nat(10_000), { nil: undefined }),
});

const run: fc.Arbitrary<HistoryPoint[]> = fc.array(step, { maxLength: 220, size: 'max' }).map((steps) => {
  let [atMs, released, eventTimeMs] = [1_795_176_000_000, 0, 1_761_955_200_000];
  return steps.map(({ ms, events, timeMs, lagMs }) => {
    atMs += ms;
    released += events;
    eventTimeMs += timeMs;
    return {
      atMs,
      released,
      ...(released > 0 && { eventTimeMs }),
      ...(lagMs !== undefined && { lagMs }),
    };
  });
});

const withoutLag = ({ lagMs: _, ...point }: HistoryPoint) => point;
const gapsMs = (points: HistoryPoint[]) =>
  points.slice(1).map(({ atMs }, n) => atMs - (points[n] as HistoryPoint).atMs);

test('given any run, then thinned it has at most so many points, its first and its last, in order, none that was not there, and no wide gap', () => {
  fc.assert(
    fc.property(run, fc.integer({ min: 2, max: 100 }), (points, most) => {
      const kept = thinned(points, most);
      expect(kept.length).toBe(Math.min(points.length, most));
      expect(kept[0]).toEqual(points[0]);
      expect(kept.map(withoutLag).at(-1)).toEqual(points.map(withoutLag).at(-1));
      const all = points.map((point) => JSON.stringify(withoutLag(point)));
      const places = kept.map((point) => all.indexOf(JSON.stringify(withoutLag(point))));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      const lengthMs = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0);
      const widestMs = Math.max((2 * lengthMs) / (most - 1), ...gapsMs(points));
      expect(Math.max(0, ...gapsMs(kept))).toBeLessThanOrEqual(widestMs + 1e-6);
    }),
  );
});

test('given any run, then the worst lag is still there, at the same point or the one after it', () => {
  fc.assert(
    fc.property(run, (points) => {
      const worst = (all: HistoryPoint[]) => Math.max(-1, ...all.map(({ lagMs = -1 }) => lagMs));
      expect(worst(thinned(points))).toBe(worst(points));
    }),
  );
});

/** An event a second for a while, a pause, then ten events a second; looked at every second. */
function runWithAPause(): HistoryPoint[] {
  const points: HistoryPoint[] = [];
  let released = 0;
  for (let second = 0; second < 1_200; second++) {
    if (second < 400) released += 1;
    if (second >= 800) released += 10;
    points.push({ atMs: second * 1_000, released, eventTimeMs: released * 1_000 });
  }
  return points;
}

test('given a pause and a change of pace, then both ends of the pause stand within a second, and between the points the line is as it was', () => {
  const points = runWithAPause();
  const kept = thinned(points);
  expect(kept.length).toBe(100);
  const corner = (second: number) => Math.min(...kept.map(({ atMs }) => Math.abs(atMs - second * 1_000)));
  expect(corner(400)).toBeLessThanOrEqual(1_000);
  expect(corner(800)).toBeLessThanOrEqual(1_000);
  for (const { atMs, released } of points) {
    const n = kept.findIndex((point) => point.atMs >= atMs);
    const [before, after] = [kept[Math.max(0, n - 1)], kept[n]] as [HistoryPoint, HistoryPoint];
    const share = after.atMs === before.atMs ? 1 : (atMs - before.atMs) / (after.atMs - before.atMs);
    const drawn = before.released + share * (after.released - before.released);
    expect(Math.abs(drawn - released)).toBeLessThanOrEqual(11);
  }
});

test('given a run that grows and is thinned every ten seconds, then it keeps the same form', () => {
  let kept: HistoryPoint[] = [];
  const points = runWithAPause();
  for (let n = 0; n < points.length; n += 10) kept = thinned([...kept, ...points.slice(n, n + 10)]);
  expect(kept.length).toBe(100);
  expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
  const corner = (second: number) => Math.min(...kept.map(({ atMs }) => Math.abs(atMs - second * 1_000)));
  // At a moment when the pause is all that is new, its corner weighs little.
  expect(corner(400)).toBeLessThanOrEqual(3_000);
  expect(corner(800)).toBeLessThanOrEqual(3_000);
});

const takenUp = (n: number): TakenUp => ({ n, atMs: n, taken: {}, released: n });

test('given any parts of a run, then merged in any order and more than once they are the same', () => {
  fc.assert(
    fc.property(run, fc.nat(300), fc.nat(300), (points, from, to) => {
      const short = points.slice(0, 90);
      const [first, second] = [short.slice(0, Math.max(from, to)), short.slice(Math.min(from, to))];
      const parts = [first, second].map((part) => ({ points: part, takenUp: [takenUp(part.length)] }));
      const [one, other] = parts as [(typeof parts)[0], (typeof parts)[0]];
      const merged = mergeHistories(one, other);
      expect(mergeHistories(other, one)).toEqual(merged);
      expect(mergeHistories(mergeHistories(merged, one), other)).toEqual(merged);
      expect(merged.points).toEqual(short);
    }),
  );
});

test('given two hosts whose clocks differ, then the history goes forward all the same', () => {
  const one = [1, 2, 3].map((n) => ({ atMs: n * 1_000, released: n * 10 }));
  const behind = [{ atMs: 1_500, released: 35 }];
  const { points } = mergeHistories({ points: one, takenUp: [] }, { points: behind, takenUp: [] });
  expect(points).toEqual(one);
});

test('given more that was taken up than a history keeps, then the newest stand in it, by their number', () => {
  const all = Array.from({ length: 130 }, (_, n) => takenUp(n + 1));
  const merged = mergeHistories(
    { points: [], takenUp: all.slice(0, 100) },
    { points: [], takenUp: all.slice(90).reverse() },
  );
  expect(merged.takenUp).toEqual(all.slice(-100));
});
