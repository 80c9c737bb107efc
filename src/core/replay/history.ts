import { MOST_HISTORY_COMMANDS, MOST_HISTORY_POINTS } from '../limits';
import type { TakenUp } from './progress';
import { hasEnded, type ReplayRow } from './row';

/** How far a run was at a time; instants are epoch milliseconds. */
export interface HistoryPoint {
  atMs: number;
  /** The time of the event released last; absent before the first. */
  eventTimeMs?: number;
  released: number;
  /** The worst that events were released after their due times since the point before; absent where none was. */
  lagMs?: number;
}

/** What a run was like, for people to draw: an item of its own. */
export interface RunHistory {
  /** By time, `MOST_HISTORY_POINTS` at most. */
  points: HistoryPoint[];
  /** By `n`, the newest `MOST_HISTORY_COMMANDS`. */
  takenUp: TakenUp[];
}

/**
 * Where a save has come to in the history: nothing before the release, and nothing where a release only waits. So what was
 * released stays as it was until the next point.
 *
 * @param before The row before that save.
 */
export function pointOf(row: ReplayRow, nowMs: number, before: ReplayRow): HistoryPoint | undefined {
  const { phase, checkpoint, lag } = row;
  if (phase !== 'RELEASING' && !(hasEnded(phase) && row.collected !== undefined)) return undefined;
  const released = checkpoint?.released ?? 0;
  const isFurther = released > (before.checkpoint?.released ?? 0);
  if (!isFurther && phase === before.phase && row.plan?.n === before.plan?.n) return undefined;
  return {
    atMs: nowMs,
    ...(checkpoint && { eventTimeMs: checkpoint.eventTimeMs }),
    released,
    ...(lag && isFurther && { lagMs: lag.nowMs }),
  };
}

/** Both together, as one would have been; what stands in both stands there once. */
export function mergeHistories(one: RunHistory, other: RunHistory): RunHistory {
  const byN = new Map([...one.takenUp, ...other.takenUp].map((each) => [each.n, each]));
  const takenUp = [...byN.values()].sort((a, b) => a.n - b.n).slice(-MOST_HISTORY_COMMANDS);
  return { points: thinned(inOrder([...one.points, ...other.points])), takenUp };
}

/** Hosts' clocks differ: of what two of them saw, what goes back in time is left out. */
function inOrder(points: HistoryPoint[]): HistoryPoint[] {
  const sorted = points.sort((a, b) => a.released - b.released || a.atMs - b.atMs);
  const kept: HistoryPoint[] = [];
  for (const point of sorted) {
    const last = kept.at(-1);
    if (last?.atMs === point.atMs) kept.pop();
    if (!last || point.atMs >= last.atMs) kept.push(point);
  }
  return kept;
}

/**
 * At most so many points, of the same form when drawn: of those between the first and the last, the one goes first that the
 * line of events, or of event times, would miss least (the triangle with its neighbours is the smallest: Visvalingam), as
 * long as that makes no gap that is wider than twice the one between so many points, evenly spread. A pause keeps both its
 * ends, and a change of pace its corner. A lag that goes is kept by the point after it, if it is the worse one.
 */
export function thinned(points: HistoryPoint[], most = MOST_HISTORY_POINTS): HistoryPoint[] {
  const kept = [...points];
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last) return kept;
  const span = {
    atMs: last.atMs - first.atMs || 1,
    released: last.released - first.released || 1,
    eventTimeMs: timeOf(last, last) - timeOf(kept.find(hasTime) ?? last, last) || 1,
  };
  const at = (n: number) => kept[n] as HistoryPoint;
  const widestMs = (2 * span.atMs) / (most - 1);
  while (kept.length > most) {
    let [least, leastSize] = [0, Number.POSITIVE_INFINITY];
    for (let n = 1; n < kept.length - 1; n++) {
      const [before, point, after] = [at(n - 1), at(n), at(n + 1)];
      if (after.atMs - before.atMs > widestMs) continue;
      const size = bend(before, point, after, span);
      if (size < leastSize) [least, leastSize] = [n, size];
    }
    drop(kept, least);
  }
  return kept;
}

function drop(points: HistoryPoint[], n: number): void {
  const [gone] = points.splice(n, 1) as [HistoryPoint];
  const after = points[n] as HistoryPoint;
  if (gone.lagMs === undefined) return;
  points[n] = { ...after, lagMs: Math.max(gone.lagMs, after.lagMs ?? 0) };
}

type Span = Required<Omit<HistoryPoint, 'lagMs'>>;

/** Twice the area of the larger of two triangles, as a share of the picture. */
function bend(before: HistoryPoint, point: HistoryPoint, after: HistoryPoint, span: Span): number {
  const x = (one: HistoryPoint) => (one.atMs - before.atMs) / span.atMs;
  const area = (y: (one: HistoryPoint) => number) =>
    Math.abs(x(point) * (y(after) - y(before)) - x(after) * (y(point) - y(before)));
  return Math.max(
    area(({ released }) => released / span.released),
    area((one) => timeOf(one, after) / span.eventTimeMs),
  );
}

function timeOf({ eventTimeMs }: HistoryPoint, other: HistoryPoint): number {
  return eventTimeMs ?? other.eventTimeMs ?? 0;
}

function hasTime({ eventTimeMs }: HistoryPoint): boolean {
  return eventTimeMs !== undefined;
}
