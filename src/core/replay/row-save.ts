import { textOf } from '../errors';
import { LEASE_GRACE_MS } from '../limits';
import { fieldsInOrder } from './command';
import type { ReplayRow, RowChanges, RowGuard } from './row';
import { problemWith } from './row-problems';
import { warningsOfTheSet } from './set-warnings';
import type { Step } from './step';

/* What the loop's saves demand of the row, and what each of them says beside a step's own changes. */

/** The step was chosen by these; if one has changed, it was chosen wrongly. */
export function guardOf(row: ReplayRow, { checkpoint, phase, plan }: RowChanges): RowGuard {
  return {
    phase: row.phase,
    generation: row.generation,
    planN: row.plan?.n,
    commandAsRead: row.command ?? {},
    queuesEmptyAtMs: row.queuesEmptyAtMs,
    sealedAtMs: row.sealedAtMs,
    countingSaves: row.countingSaves,
    abortedGeneration: row.abortedGeneration,
    ...(phase === 'SEALED' && { lastArrivalAtMs: row.lastArrivalAtMs }),
    ...(checkpoint && { checkpointUpTo: checkpoint.position }),
    // The times that a take-up sets count from what is released.
    ...(plan && !checkpoint && { hasNoCheckpoint: true }),
  };
}

/** Whether all that a step rests on is as it was, also what somebody may have typed meanwhile. */
export function isSameFor(row: ReplayRow, now: ReplayRow | undefined): boolean {
  return now !== undefined && JSON.stringify(restsOn(row)) === JSON.stringify(restsOn(now));
}

function restsOn({ phase, generation, plan, command, abortedGeneration, problems }: ReplayRow) {
  return [phase, generation, plan?.n, fieldsInOrder(command ?? {}), abortedGeneration, problems];
}

/** What the row says of an end: nobody looks at it again, and only what cannot be mended any more is left to warn of. */
export function changesOfEnd(end: Extract<Step, { kind: 'end' }>, row: ReplayRow): RowChanges {
  const warnings = warningsOfTheSet({ ...row, ...end.changes, phase: end.phase } as ReplayRow);
  const ended: RowChanges = {
    phase: end.phase,
    resumeAtMs: undefined,
    restarts: undefined,
    notBeforeMs: undefined,
    abortedGeneration: undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
    reason: undefined,
  };
  if (end.phase === 'DONE') return ended;
  if (end.phase === 'CANCELLED') return { ...ended, reason: end.reason };
  return { ...ended, errorCode: end.error.code, reason: textOf(end.error) };
}

/**
 * Renews the lease in the name of this generation. Where a later one is named that nobody has started yet, its lease
 * is not ours to take: the healer starts it.
 */
export function signOfLife(
  row: ReplayRow,
  generation: number,
  nowMs: number,
  resumeAtMs = nowMs,
): RowChanges {
  const laterMs = Math.ceil(Math.max(resumeAtMs, nowMs));
  const life = { heartbeatAtMs: nowMs, resumeAtMs: laterMs };
  if (row.generation > generation || problemWith(row, ['generation'])) return life;
  return { ...life, generation, leaseUntilMs: laterMs + LEASE_GRACE_MS };
}
