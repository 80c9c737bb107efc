import { OrderedReplayError } from '../core/errors';
import { timeOfBound } from '../core/event/bounds';
import { epochMsOf } from '../core/event/instant';
import type { OptionTexts } from '../core/replay/options';
import { demandRetention } from '../core/replay/retention';
import { hasEnded, isOpen, type ReplayRow } from '../core/replay/row';
import { noRow, rowNotReadable } from '../core/replay/row-notice';
import { problemWith } from '../core/replay/row-problems';
import type { Wanted } from './run-request';

/** Whether a set may be run again, and from when on its late events are to be released. */

/** Without these nobody can say what the set is, or for how long it is kept. */
const NEEDED = [
  'phase',
  'buckets',
  'tiebreaker',
  'tiebreakerType',
  'createdAtMs',
  'retainedUntilMs',
  'options',
  'collected',
] as const;

const START_ANOTHER = 'Start another replay of the archive, under a new name.';

/** A set that may be run again. */
export type RunnableSet = ReplayRow & { retainedUntilMs: number };

/** @throws OrderedReplayError `ReplayNotFound`, `RowNotReadable` or `RunRefused`, with the reason. */
export function demandRunnable(replay: string, row: ReplayRow | undefined, nowMs: number): RunnableSet {
  if (!row) throw noRow(replay);
  const problem = problemWith(row, NEEDED);
  if (problem) throw rowNotReadable(replay, problem);
  const { phase, retainedUntilMs } = row;
  if (row.collected === undefined) {
    const remedy = isOpen(phase) || phase === 'SEALED' ? 'Ask again once it is RELEASING.' : START_ANOTHER;
    throw refused(replay, `It is ${phase}, and its set was not sealed and counted.`, remedy);
  }
  if (retainedUntilMs === undefined)
    throw refused(replay, 'Its row does not say until when its events are kept.', START_ANOTHER);
  if (retainedUntilMs <= nowMs) {
    const until = new Date(retainedUntilMs).toISOString();
    throw refused(replay, `Its events were kept until ${until}.`, START_ANOTHER);
  }
  return { ...row, retainedUntilMs };
}

/** The part of the set's window that a run of it has; `undefined` where the set's row does not say. */
export function windowFor({ window }: RunnableSet, wanted: Wanted): ReplayRow['window'] {
  if (!window) return undefined;
  const at = (bound: string | undefined, otherMs: number) =>
    bound === undefined ? otherMs : epochMsOf(timeOfBound(bound));
  const fromMs = Math.max(window.fromMs, at(wanted.from ?? wanted.after, window.fromMs));
  const toMs = Math.min(window.toMs, at(wanted.to, window.toMs));
  return { fromMs, toMs };
}

/** What is released must still be there when it is due. */
export function demandTime(set: RunnableSet, wanted: Wanted, options: OptionTexts, nowMs: number): void {
  const window = windowFor(set, wanted);
  if (!window) return;
  demandRetention(options, {
    replay: set.replay,
    spanMs: window.toMs - window.fromMs,
    keptMs: set.retainedUntilMs - nowMs,
    remedy: `Ask again with a higher speed, an idle limit or narrower bounds; or: ${START_ANOTHER}`,
  });
}

/**
 * Late runs follow each other without gap and without overlap: each goes on where the last one that is DONE has ended, so
 * none begins before the one before it has.
 *
 * @param reruns Of the same set.
 * @throws OrderedReplayError `RunRefused`
 */
export function lateFromOf({ set, consumers }: Wanted, reruns: readonly ReplayRow[]): number | undefined {
  const underWay = reruns.find(({ phase, include }) => include !== 'sealed' && !hasEnded(phase));
  if (underWay) {
    const { replay, phase } = underWay;
    throw refused(
      set,
      `${replay}, which releases late events too, is ${phase}.`,
      'Ask again when it has ended.',
    );
  }
  const before = reruns.flatMap((run) => (hasReleasedLate(run, consumers) ? [run.sealedAtMs as number] : []));
  return before.length === 0 ? undefined : Math.max(...before);
}

/** What of it cannot be read would count as absent, so as if the run had been whole, and for all. */
const PART_OF = ['from', 'after', 'to', 'consumers'] as const;

/** All of the late events up to its `sealedAt`, to each of these consumers. */
function hasReleasedLate(run: ReplayRow, consumers: readonly string[] | undefined): boolean {
  const { phase, include, from, after, to, sealedAtMs } = run;
  if (phase !== 'DONE' || sealedAtMs === undefined || problemWith(run, PART_OF)) return false;
  const isWhole = [from, after, to].every((bound) => bound === undefined);
  const isForThem = !run.consumers || consumers?.every((name) => run.consumers?.includes(name)) === true;
  return (include === 'late' || include === 'all') && isWhole && isForThem;
}

export function refused(replay: string, why: string, remedy: string): OrderedReplayError {
  return new OrderedReplayError('RunRefused', `Replay ${replay} cannot be run again. ${why}`, {
    remedy,
    ids: { replay },
  });
}
