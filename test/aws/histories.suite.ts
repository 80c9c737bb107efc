import { HISTORY_EVERY_MS, MINUTE_MS } from '../../src/core/limits';
import type { Histories } from '../../src/core/ports';
import type { RunHistory } from '../../src/core/replay/history';
import { freshName } from './fresh-name';

const AT_MS = Date.parse('2026-11-20T12:00:00.007Z');
const EXPIRES_AT_MS = Date.parse('2027-02-08T12:00:01Z');

/** As many points as there may be, of a run of some hours. */
export function fullHistory(): RunHistory {
  const points = Array.from({ length: 100 }, (_, n) => ({
    atMs: AT_MS + n * 97_531 + (n % 7) * 1_234,
    ...(n > 0 && { eventTimeMs: Date.parse('2026-11-01T00:00:00Z') + n * 971_000 }),
    released: 47 * n + (n % 3),
    ...(n % 2 === 0 && { lagMs: (n * 37) % 120 }),
  }));
  return {
    points,
    takenUp: [
      { n: 1, atMs: AT_MS + 5, taken: { speed: '10' }, released: 12 },
      { n: 2, atMs: AT_MS + 9, taken: { speed: '10', paused: true }, paused: true, released: 13 },
    ],
  };
}

const written = (history: RunHistory, writtenAtMs: number) => ({
  ...history,
  writtenAtMs,
  expiresAtMs: EXPIRES_AT_MS,
});
const NOTHING: RunHistory = { points: [], takenUp: [] };

/** What every `Histories` does. */
export function historiesSuite(open: () => Promise<{ histories: Histories; close(): Promise<void> }>): void {
  let histories: Histories;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ histories, close } = await open());
  });
  afterAll(() => close());

  test('a run without one has none', async () => {
    expect(await histories.get(freshName())).toBeUndefined();
  });

  test.each([
    ['with nothing in it', NOTHING],
    ['with all that it may have', fullHistory()],
    [
      'that goes back in event time, as after an edit by hand',
      {
        ...NOTHING,
        points: [
          { atMs: 2, eventTimeMs: 9, released: 5 },
          { atMs: 3, eventTimeMs: 1, released: 5, lagMs: 0 },
        ],
      },
    ],
  ])('a history %s is read as it was written', async (_, history) => {
    const run = freshName();
    expect(await histories.put(run, written(history, AT_MS))).toBe(true);
    expect(await histories.get(run)).toEqual({ ...history, writtenAtMs: AT_MS });
  });

  test('each run has its own, reruns too', async () => {
    const run = freshName();
    await histories.put(run, written(fullHistory(), AT_MS));
    expect(await histories.get(`${run}@2`)).toBeUndefined();
  });

  test.each([
    ['ten seconds after it', HISTORY_EVERY_MS, true],
    ['a little sooner', HISTORY_EVERY_MS - 1, false],
    ['at the same moment', 0, false],
    ['before it, by another clock', -3_000, false],
    ['before it, by a request that was on its way for a while', -50_000, false],
    ['before it, by so much that somebody has typed it', -2 * MINUTE_MS, true],
  ])('given one that was written, then another %s takes its place: %#', async (_, laterMs, isWritten) => {
    const run = freshName();
    await histories.put(run, written(fullHistory(), AT_MS));
    expect(await histories.put(run, written(NOTHING, AT_MS + laterMs))).toBe(isWritten);
    const expected = isWritten
      ? { ...NOTHING, writtenAtMs: AT_MS + laterMs }
      : { ...fullHistory(), writtenAtMs: AT_MS };
    expect(await histories.get(run)).toEqual(expected);
  });

  test('given many at once, then one is written', async () => {
    const run = freshName();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => histories.put(run, written(fullHistory(), AT_MS))),
    );
    expect(outcomes.filter((isWritten) => isWritten)).toHaveLength(1);
  });
}
