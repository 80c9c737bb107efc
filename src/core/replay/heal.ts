import { OrderedReplayError } from '../errors';
import { LEASE_GRACE_MS, MAX_START_ATTEMPTS, MAX_TOLD_ATTEMPTS } from '../limits';
import type { Clock, Replays, SequencerExecutions, SequencerStatus } from '../ports';
import { countRestart, forgetAbort, markAborted, warnOfAbort } from './restarts';
import { hasEnded, isAborted, type ReplayRow, type RowChanges } from './row';
import { noticeOf } from './row-notice';
import { guardAsRead, hasBegun, problemWith, readAt } from './row-problems';

/**
 * Heal: puts another sequencer in the place of one that has died.
 *
 * R7: while a replay has not ended, its row names a generation. Nobody has started it yet (no lease), or it lives (a
 * lease that holds, or an execution that runs), or somebody has aborted it, or the healer starts the next one. A
 * generation is named in the row before it is started, under the guard of the generation and the lease as they were
 * read, so of two healers one goes on.
 */

export interface HealDeps {
  clock: Clock;
  replays: Replays;
  executions: SequencerExecutions;
}

/** An execution that did not succeed, as Step Functions tells it. */
export interface EndedExecution {
  replay: string;
  generation: number;
  aborted: boolean;
}

/**
 * - `leftAlone`: there is nothing to do, or somebody else was first.
 * - `started`: nobody had started the sequencer that the row names.
 * - `restarted`: another sequencer was started in place of a dead one; so often since the replay last came further.
 * - `aborted`: the row says now that somebody has aborted the sequencer.
 * - `waits`: another one will be started when its time has come.
 */
export type Healed =
  | { outcome: 'leftAlone' | 'started' | 'aborted' | 'waits'; replay: string }
  | { outcome: 'restarted'; replay: string; generation: number; restarts: number };

/** Looks after all replays that have not ended: the schedule's part. */
export async function healAll(
  deps: HealDeps,
  told: { healed(healed: Healed): void; failed(replay: string, error: unknown): void },
): Promise<void> {
  const rows = await deps.replays.notEnded();
  const nowMs = deps.clock.now();
  const needing = rows
    .map((row) => readAt(row, nowMs))
    .filter((row) => mayBeDead(row, nowMs) || Object.keys(untold(row, nowMs)).length > 0);
  for (const { replay } of needing) {
    // One replay that cannot be helped does not stand in the way of the others.
    try {
      told.healed(await heal(replay, deps));
    } catch (error) {
      told.failed(replay, error);
    }
  }
}

/**
 * Looks after one replay.
 *
 * @param ended What Step Functions has told. It counts although the lease still holds, unless the row names a later one.
 * @throws OrderedReplayError `SequencerNotStarted` where several names in a row were used up.
 */
export async function heal(replay: string, deps: HealDeps, ended?: EndedExecution): Promise<Healed> {
  // Nobody tells it again, and the lease of a call that still runs may hold for more than an hour.
  const attempts = ended ? MAX_TOLD_ATTEMPTS : 1;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const healed = await lookAfter(replay, deps, ended);
    if (healed !== 'refused') return healed;
  }
  return { outcome: 'leftAlone', replay };
}

/** `refused`: somebody has saved the row since it was read. */
type Looked = Healed | 'refused';

async function lookAfter(replay: string, deps: HealDeps, ended?: EndedExecution): Promise<Looked> {
  const { clock, replays, executions } = deps;
  const stored = await replays.get(replay);
  const nowMs = clock.now();
  const row = stored && readAt(stored, nowMs);
  if (!row || hasEnded(row.phase)) return { outcome: 'leftAlone', replay };
  await tell(row, deps);
  const isNews = ended?.generation === row.generation;
  const isKnown = isNews && isAborted(row);
  if (isKnown || (ended ? row.generation > ended.generation : !mayBeDead(row, nowMs)))
    return { outcome: 'leftAlone', replay };
  if (!ended && row.leaseUntilMs === undefined) return startNamed(row, deps);
  const status = isNews ? 'ended' : await executions.status({ replay, generation: row.generation });
  // It calls again within the hour, or ends. Another one beside it would fail as it does.
  if (status === 'running') return { outcome: 'leftAlone', replay };
  const generation = ended?.generation ?? row.generation;
  if (ended ? ended.aborted : status === 'aborted') return saveAbort(row, generation, deps);
  return replace(row, generation + 1, deps);
}

/** Why no sequencer can be started, as far as the row does not say so yet: somebody has typed it. */
function untold(row: ReplayRow, nowMs: number): RowChanges {
  if (isAborted(row)) return warnOfAbort(row, row.abortedGeneration ?? row.generation);
  return problemWith(row, ['generation']) && hasBegun(row) ? noticeOf(row, nowMs) : {};
}

async function tell(row: ReplayRow, { clock, replays }: HealDeps): Promise<void> {
  const changes = untold(row, clock.now());
  if (Object.keys(changes).length > 0) await replays.save(row.replay, changes, { hasNotEnded: true });
}

/** Where no generation can be read, none can be named; `collect` completes a row that somebody has begun to make. */
function mayBeDead(row: ReplayRow, nowMs: number): boolean {
  if (problemWith(row, ['generation'])) return false;
  return !isAborted(row) && (row.leaseUntilMs === undefined || row.leaseUntilMs <= nowMs);
}

/** Starts what the row names. If its name is used up, it has been started before, and has died. */
async function startNamed(row: ReplayRow, deps: HealDeps): Promise<Looked> {
  const { replay, generation } = row;
  const status = await startOrLook(row, deps);
  if (status === 'aborted') return saveAbort(row, generation, deps);
  if (status === 'running') {
    await saveLease(row, deps.clock.now() + LEASE_GRACE_MS, deps);
    return { outcome: 'started', replay };
  }
  return replace(row, generation + 1, deps);
}

/** Names the next generation and starts it, once its time has come; a name that is used up means the one after it. */
async function replace(row: ReplayRow, firstGeneration: number, deps: HealDeps): Promise<Looked> {
  const { replay, leaseUntilMs } = row;
  const nowMs = deps.clock.now();
  if (nowMs < (row.notBeforeMs ?? 0)) {
    // Known to be dead, so the look that comes after that time need not wait for the lease.
    if (leaseUntilMs === undefined || leaseUntilMs > nowMs) await saveLease(row, nowMs, deps);
    return { outcome: 'waits', replay };
  }
  // Somebody has taken an abort back, by starting the one that died now.
  const forgotten = forgetAbort(row);
  const counted = { ...forgotten, ...countRestart({ ...row, ...forgotten } as ReplayRow, nowMs) };
  let current = row;
  for (let generation = firstGeneration; generation < firstGeneration + MAX_START_ATTEMPTS; generation++) {
    const named: RowChanges = { ...counted, generation, leaseUntilMs: undefined };
    if (!(await save(current, named, deps))) return 'refused';
    const { leaseUntilMs: _, abortedGeneration: __, ...rest } = current;
    current = { ...rest, generation };
    const status = await startOrLook(current, deps);
    if (status === 'aborted') return saveAbort(current, generation, deps);
    if (status !== 'running') continue;
    await saveLease(current, deps.clock.now() + LEASE_GRACE_MS, deps);
    return { outcome: 'restarted', replay, generation, restarts: counted.restarts ?? 1 };
  }
  throw new OrderedReplayError(
    'SequencerNotStarted',
    `No sequencer of replay ${replay} could be started: ${MAX_START_ATTEMPTS} names in a row are used up.`,
    { remedy: 'The next look goes on with the names after them.', ids: { replay } },
  );
}

/** `running` where it runs now; else what became of the execution that has used up the name. */
async function startOrLook({ replay, generation }: ReplayRow, deps: HealDeps): Promise<SequencerStatus> {
  if ((await deps.executions.start({ replay, generation })) === 'started') return 'running';
  return deps.executions.status({ replay, generation });
}

async function saveAbort(row: ReplayRow, generation: number, deps: HealDeps): Promise<Looked> {
  const saved = await save(row, markAborted(row, generation), deps);
  return saved ? { outcome: 'aborted', replay: row.replay } : 'refused';
}

async function saveLease(row: ReplayRow, leaseUntilMs: number, deps: HealDeps): Promise<void> {
  await save(row, { leaseUntilMs }, deps);
}

/** Nobody has been here since the row was read, neither a sequencer nor another healer, and it has not ended. */
function save(row: ReplayRow, changes: RowChanges, { replays }: HealDeps): Promise<boolean> {
  const { replay, phase, generation, leaseUntilMs, abortedGeneration } = row;
  const guard = { phase, generation, leaseUntilMs, abortedGeneration };
  return replays.save(replay, changes, guardAsRead(row, guard));
}
