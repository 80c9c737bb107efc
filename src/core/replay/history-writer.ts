import { HISTORY_EVERY_MS, HISTORY_TAKES_MS, MINUTE_MS } from '../limits';
import type { Clock, Histories, SequenceObserver, StoredHistory } from '../ports';
import { type HistoryPoint, mergeHistories, pointOf } from './history';
import type { ReplayRow } from './row';

export interface HistoryDeps {
  clock: Clock;
  histories: Histories;
  observer: SequenceObserver;
  remainingMs(): number;
}

/**
 * Writes a run's history beside its saves. Best effort: nothing waits for it but the end of the call, nothing fails of it,
 * and what one call had not written when it died is missing. Whoever writes merges with what is there, and of two who do so
 * at once one is refused; so a sequencer too many, or a request that comes late, does no harm.
 */
export function createHistoryWriter({ clock, histories, observer, remainingMs }: HistoryDeps) {
  const beganMs = clock.now();
  let points: HistoryPoint[] = [];
  let row: ReplayRow | undefined;
  let triedAtMs = beganMs;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let inHistory: number | undefined;
  let writing: Promise<void> | undefined;
  let hasFailed = false;
  let hasLooked = false;

  const hasNews = () => points.length > 0 || row?.takenUp?.some(({ n }) => n > (inHistory ?? 0)) === true;

  async function look(run: string) {
    const found = await histories.get(run);
    inHistory = found?.takenUp.at(-1)?.n ?? inHistory;
    return found;
  }

  async function write({ replay, takenUp = [], expiresAtMs }: ReplayRow): Promise<void> {
    const nowMs = clock.now();
    triedAtMs = nowMs;
    const news = { points: [...points], takenUp };
    const found = await look(replay);
    if (found && isRecent(found, nowMs)) return;
    const history = mergeHistories(found ?? { points: [], takenUp: [] }, news);
    if (!(await histories.put(replay, { ...history, writtenAtMs: nowMs, expiresAtMs }, found))) return;
    writtenAtMs = nowMs;
    points = points.filter((point) => !news.points.includes(point));
    inHistory = takenUp.at(-1)?.n ?? inHistory;
  }

  /** One thing at a time. */
  function begin(work: () => Promise<unknown>): void {
    if (writing || remainingMs() < HISTORY_TAKES_MS) return;
    writing = work()
      .then(() => undefined)
      .catch((error) => {
        if (!hasFailed) observer.historyFailed(error);
        hasFailed = true;
      })
      .finally(() => {
        writing = undefined;
      });
  }

  function beginWrite(): void {
    const news = row;
    if (news && hasNews()) begin(() => write(news));
  }

  return {
    /** Told of each row that is read: where it has what was taken up, the history may have it already. */
    read({ replay, takenUp }: ReplayRow): void {
      if (hasLooked || !takenUp) return;
      hasLooked = true;
      begin(() => look(replay));
    },
    /** What was taken up, up to this `n`, is written. */
    get inHistory(): number | undefined {
      return inHistory;
    },
    /** Told of each save that took effect, and of the row as it was read before it. */
    saved(asSaved: ReplayRow, asRead: ReplayRow, nowMs: number): void {
      const { checkpoint } = row ?? asRead;
      const point = pointOf(asSaved, nowMs, checkpoint?.released ?? 0);
      if (point) points.push(point);
      row = asSaved;
      if (nowMs - triedAtMs >= HISTORY_EVERY_MS) beginWrite();
    },
    /** Nothing is under way when the call ends: its environment may be frozen then. */
    async end(): Promise<void> {
      await writing;
      if (clock.now() - writtenAtMs >= HISTORY_EVERY_MS) beginWrite();
      await writing;
    },
  };
}

/** Clocks differ by less than a minute: what is further ahead, somebody has typed. */
function isRecent({ writtenAtMs }: StoredHistory, nowMs: number): boolean {
  const ageMs = nowMs - writtenAtMs;
  return ageMs < HISTORY_EVERY_MS && ageMs > -MINUTE_MS;
}
