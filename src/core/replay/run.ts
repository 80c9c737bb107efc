import { justAfter, justBefore } from '../event/bounds';
import { isReplayName } from '../event/envelope';
import { MAX_CONSUMERS_BYTES, MAX_RUN_NUMBER } from '../limits';
import type { Selection } from '../ports';
import { dwellMs, type Settings } from '../settings';
import type { ReplayRow } from './row';

/**
 * Runs. A set is what a replay collected, sealed once; a run releases it. The first run has the replay's name and row, each
 * rerun is `<replay>@<n>` with a row of its own. EventBridge allows no `@` in a replay's name, so no two can be the same.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Replay.html
 */

export const FIRST_RERUN = 2;

/** The name of the nth run of a replay. */
export function rerunName(replay: string, n: number): string {
  return `${replay}@${n}`;
}

/** The replay and the number of a rerun's name; `undefined` for any other text. */
export function readRerunName(run: string): { replay: string; n: number } | undefined {
  const [, replay = '', number = ''] = /^([^@]*)@([1-9]\d*)$/.exec(run) ?? [];
  const n = Number(number);
  if (!isReplayName(replay) || n < FIRST_RERUN || n > MAX_RUN_NUMBER) return undefined;
  return { replay, n };
}

/** The replay whose name a run's begins with. */
export function replayOf(run: string): string {
  const at = run.indexOf('@');
  return at < 0 ? run : run.slice(0, at);
}

export function isRerun(run: string): boolean {
  return run.includes('@');
}

/** The set that a row's run releases. */
export function setOf({ replay, set }: ReplayRow): string {
  return set ?? replay;
}

/**
 * The one predicate for what a run includes. The walk and the count are apart from each other and ask for the same.
 *
 * Late is what a rerun finds that was received up to its `lateUpTo`, which is its `sealedAt`; and after its `lateFrom`,
 * which is the `lateUpTo` of the run before it that released late events.
 */
export function selectionOf(row: ReplayRow): Selection {
  const { include = 'sealed', from, after, to, lateFromMs, sealedAtMs } = row;
  const first = after === undefined ? from : justAfter(after);
  return {
    ...(first !== undefined && { first }),
    ...(to !== undefined && { last: justBefore(to) }),
    sealed: include !== 'late',
    ...(include !== 'sealed' && {
      late: {
        ...(include === 'late' && lateFromMs !== undefined && { afterMs: lateFromMs }),
        upToMs: sealedAtMs as number,
      },
    }),
  };
}

/**
 * R6: how long after `sealedAt` the set may be read. Whoever made a rerun has seen that its set was counted, which is
 * after the set's own dwell: no write of sealed events can be under way any more, only of late ones.
 */
export function dwellOf({ set, include }: ReplayRow, settings: Settings): number {
  return set !== undefined && include === 'sealed' ? 0 : dwellMs(settings);
}

/** Whether a run can be for these: one name or more, that fit the items of its lanes. */
export function areConsumers(names: readonly unknown[]): names is readonly string[] {
  const areNames = names.every((name) => typeof name === 'string' && name !== '');
  const bytes = names.reduce((sum: number, name) => sum + Buffer.byteLength(`${name}`) + 1, 0);
  return names.length > 0 && areNames && bytes <= MAX_CONSUMERS_BYTES;
}
