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
    expect(await histories.put(run, written(history, AT_MS), undefined)).toBe(true);
    expect(await histories.get(run)).toEqual({ ...history, writtenAtMs: AT_MS, stamp: expect.any(String) });
  });

  test('each run has its own, reruns too', async () => {
    const run = freshName();
    await histories.put(run, written(fullHistory(), AT_MS), undefined);
    expect(await histories.get(`${run}@2`)).toBeUndefined();
  });

  test('given one that was read, then another is written over it, and nothing over that by who has read the first', async () => {
    const run = freshName();
    expect(await histories.put(run, written(NOTHING, AT_MS), undefined)).toBe(true);
    const read = await histories.get(run);
    expect(await histories.put(run, written(fullHistory(), AT_MS + 10_000), undefined)).toBe(false);
    expect(await histories.put(run, written(fullHistory(), AT_MS + 10_000), read)).toBe(true);
    // A request that was on its way for long, and one that is sent again because its answer was lost.
    expect(await histories.put(run, written(NOTHING, AT_MS + 1), read)).toBe(false);
    expect(await histories.put(run, written(fullHistory(), AT_MS + 10_000), read)).toBe(false);
    expect(await histories.get(run)).toMatchObject({ ...fullHistory(), writtenAtMs: AT_MS + 10_000 });
    expect(await histories.put(run, written(NOTHING, AT_MS + 20_000), await histories.get(run))).toBe(true);
  });

  test('given many at once, then one is written', async () => {
    const run = freshName();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => histories.put(run, written(fullHistory(), AT_MS), undefined)),
    );
    expect(outcomes.filter((isWritten) => isWritten)).toHaveLength(1);
  });
}
