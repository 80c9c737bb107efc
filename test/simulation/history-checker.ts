import type { RunHistory } from '../../src/core/replay/history';
import type { ReplayRow } from '../../src/core/replay/row';
import { demand } from './verdict';

type Written = RunHistory & { writtenAtMs: number };

/** A history is never more than it may be, never goes back, and of what was taken up nothing is missing. */
export class HistoryChecker {
  readonly #histories = new Map<string, Written>();

  written(run: string, history: Written): void {
    const { points, writtenAtMs } = history;
    const sinceMs = writtenAtMs - (this.#histories.get(run)?.writtenAtMs ?? Number.NEGATIVE_INFINITY);
    demand(sinceMs >= 10_000, 'R7', () => `a history is written ${sinceMs} ms after the one before`);
    this.#histories.set(run, history);
    demand(points.length <= 100, 'R7', () => `a history has ${points.length} points`);
    const isForward = points.every(({ atMs, released }, n) => {
      const before = points[n - 1];
      return !before || (atMs > before.atMs && released >= before.released);
    });
    demand(isForward, 'R7', () => 'a history goes back');
  }

  /** Each plan but the first was a take-up; the newest ones may stand in the row alone. */
  atTheEnd({ replay, plan, takenUp = [] }: ReplayRow): void {
    const inHistory = this.#histories.get(replay)?.takenUp ?? [];
    const told = new Set([...inHistory, ...takenUp].map(({ n }) => n));
    const missing = Array.from({ length: plan?.n ?? 0 }, (_, n) => n + 1).filter((n) => !told.has(n));
    demand(
      missing.length === 0 || told.size >= 100,
      'R7',
      () => `take-ups ${missing.join(', ')} of ${plan?.n} are told nowhere`,
    );
  }
}
