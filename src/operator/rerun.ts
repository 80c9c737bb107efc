import { MAX_RUN_NUMBER } from '../core/limits';
import type { Clock, EventBuffer, Replays, SequencerStarts } from '../core/ports';
import { ensureSequencer } from '../core/replay/lease';
import type { ReplayRow } from '../core/replay/row';
import { FIRST_RERUN, rerunName } from '../core/replay/run';
import { firstNumberOf } from './first-number';
import { demandRunnable, demandTime, lateFromOf, refused, windowFor } from './may-run';
import type { RerunObserver, Runs } from './ports';
import { isWanted, optionsFor, type RerunRequest, readRequest, type Wanted } from './run-request';

/**
 * Rerun: releases a sealed set once more, or a part of it, as a run with a row, lanes and executions of its own.
 *
 * - R4: a row is made only where there is none of its name, under the number after the last. So whoever makes one has
 *   seen all runs before it, and decides anew where somebody else was first.
 * - R7: what is made and not started has no lease, and the healer starts it.
 */

export interface RerunDeps {
  clock: Clock;
  replays: Pick<Replays, 'get' | 'save'>;
  buffer: Pick<EventBuffer, 'count'>;
  runs: Runs;
  starts: SequencerStarts;
  /** Another text each time. */
  newId(): string;
  observer: RerunObserver;
}

/**
 * @returns the name of the run. It is the same for a request that is made again with the `name` that was told before, and
 * no second run is made then.
 * @throws OrderedReplayError with what to do: `InvalidOption`, `ReplayNotFound`, `RowNotReadable`,
 * `PlaybackOutlivesRetention`, or `RunRefused` with the reason for which the set may not be run.
 *
 * @example
 * await rerun({ replay: 'august', include: 'all', speed: 'max' }, deps); // 'august@2'
 */
export async function rerun(request: RerunRequest, deps: RerunDeps): Promise<string> {
  const wanted = readRequest(request);
  const requestId = deps.newId();
  for (;;) {
    const reruns = await rerunsOf(wanted.set, deps);
    // An answer that was lost leaves a row that is ours.
    const found =
      wanted.n === undefined
        ? reruns.find((run) => run.requestId === requestId)
        : reruns[wanted.n - FIRST_RERUN];
    if (found) return start(demandWanted(found, wanted), deps);
    const row = await newRow(wanted, reruns, requestId, deps);
    deps.observer.naming(row.replay);
    if (await deps.runs.add(row)) return start(row, deps);
  }
}

/** All reruns of a set, in turn: their numbers have no gap. */
async function rerunsOf(set: string, { replays }: RerunDeps): Promise<ReplayRow[]> {
  const reruns: ReplayRow[] = [];
  while (reruns.length <= MAX_RUN_NUMBER - FIRST_RERUN) {
    const run = await replays.get(rerunName(set, FIRST_RERUN + reruns.length));
    if (!run) break;
    reruns.push(run);
  }
  return reruns;
}

/** Born SEALED: from here on it goes the way of a first run. */
async function newRow(
  wanted: Wanted,
  reruns: readonly ReplayRow[],
  requestId: string,
  { clock, replays, buffer }: RerunDeps,
): Promise<ReplayRow> {
  const { set: replay, include, from, after, to, consumers } = wanted;
  const nowMs = clock.now();
  const set = demandRunnable(replay, await replays.get(replay), nowMs);
  const options = optionsFor(wanted, set);
  demandTime(set, wanted, options, nowMs);
  const lateFromMs = include === 'late' ? lateFromOf(wanted, reruns) : undefined;
  const { buckets, tiebreaker, tiebreakerType, retainedUntilMs } = set;
  const window = windowFor(set, wanted);
  const row: ReplayRow = {
    replay: rerunName(replay, numberFor(wanted, reruns)),
    phase: 'SEALED',
    generation: 1,
    command: wanted.paused ? { paused: true } : {},
    set: replay,
    include,
    ...(from !== undefined && { from }),
    ...(after !== undefined && { after }),
    ...(to !== undefined && { to }),
    ...(lateFromMs !== undefined && { lateFromMs }),
    ...(consumers && { consumers }),
    requestId,
    buckets,
    tiebreaker,
    ...(tiebreakerType && { tiebreakerType }),
    options,
    ...(window && { window }),
    createdAtMs: nowMs,
    retainedUntilMs,
    late: 0,
    // With its set's row, and not before its events.
    expiresAtMs: Math.max(set.expiresAtMs, retainedUntilMs),
  };
  const firstNumber = await firstNumberOf(row, set.collected ?? 0, buffer);
  return { ...row, ...(firstNumber !== undefined && { firstNumber }) };
}

function numberFor({ set, n }: Wanted, reruns: readonly ReplayRow[]): number {
  const next = FIRST_RERUN + reruns.length;
  if (next > MAX_RUN_NUMBER)
    throw refused(
      set,
      `It has ${reruns.length} reruns, which is as many as it may.`,
      'Start another replay.',
    );
  if (n !== undefined && n !== next) {
    throw refused(
      set,
      `Its next run is ${rerunName(set, next)}, not ${rerunName(set, n)}.`,
      'Ask without a name.',
    );
  }
  return next;
}

function demandWanted(found: ReplayRow, wanted: Wanted): ReplayRow {
  if (isWanted(found, wanted)) return found;
  throw refused(
    wanted.set,
    `${found.replay} is another run than the one that is asked for.`,
    'Ask without a name.',
  );
}

/** Whatever becomes of the start, there is a run now. */
async function start(run: ReplayRow, deps: RerunDeps): Promise<string> {
  try {
    await ensureSequencer(run, deps);
  } catch (error) {
    deps.observer.notStarted(run.replay, error);
  }
  return run.replay;
}
