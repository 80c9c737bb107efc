import { isBeyond } from '../event/bounds';
import { areSame, type Wishes, wishesOf } from './command';
import { DEFAULT_OPTIONS, optionsInRow } from './options';
import { type Pace, stepMs } from './pacing';
import type { Plan } from './progress';
import type { ReplayRow, RowChanges } from './row';

/**
 * Take-up: how a change of the row's `command` becomes the `plan` that the release goes by. Pure, from the row alone,
 * so that any sequencer comes to the same plan (R5, R6).
 *
 * A take-up is one save that raises `plan.n`. Every save demands the `n` and the command that its sequencer has read,
 * so of two sequencers one takes up, and no other goes on by an older plan.
 */

/** The event that comes next in a run. */
export interface NextEvent {
  position: string;
  eventTimeMs: number;
}

/** The plan in force; a row that is not released yet, or was written before there were plans, goes by its options. */
export function planOf({ plan, options, releaseStartedAtMs = 0 }: ReplayRow): Plan {
  return plan ?? { n: 0, atMs: releaseStartedAtMs, taken: {}, ...paceTexts({}, options) };
}

/** @throws OrderedReplayError `InvalidOption` for a pace that somebody typed into the row. */
export function paceOf({ speed, idle }: Pick<Plan, 'speed' | 'idle'>): Pace {
  return optionsInRow({ speed, idle });
}

/** Whether nothing is to be released before the next event; a step that is pending wins over a pause. */
export function isHalted(wishes: Wishes, next: NextEvent): boolean {
  const { stepTo, paused, until } = wishes;
  if (stepTo !== undefined) return isBeyond(next.position, stepTo);
  return paused === true || (until !== undefined && isBeyond(next.position, until));
}

/** Whether the row wishes what its plan has not taken up, or the release has come to where it is to be paused. */
export function needsTakeUp(row: ReplayRow, next: NextEvent): boolean {
  const wishes = wishesOf(row.command);
  const { taken, pausedAtMs } = planOf(row);
  return !areSame(wishes, taken) || isHalted(wishes, next) !== (pausedAtMs !== undefined);
}

/**
 * While nothing is released, the row only says since when. Otherwise what was left of the wait for the next event is left
 * at the new pace, too; what is overdue is due now, and so is all that follows it, at its pace.
 */
export function takeUp(row: ReplayRow, next: NextEvent, nowMs: number): RowChanges {
  const before = planOf(row);
  const taken = wishesOf(row.command);
  const n = before.n + 1;
  const { pausedAtMs = nowMs, ...running } = before;
  if (isHalted(taken, next)) return { plan: { ...running, n, taken, pausedAtMs } };
  const plan: Plan = { n, atMs: nowMs, taken, ...paceTexts(taken, row.options) };
  const { checkpoint, releaseStartedAtMs = nowMs } = row;
  if (!checkpoint) return { plan, releaseStartedAtMs: nowMs + Math.max(0, releaseStartedAtMs - pausedAtMs) };
  const gapMs = next.eventTimeMs - checkpoint.eventTimeMs;
  const oldStepMs = stepMs(paceOf(before), gapMs);
  const newStepMs = stepMs(paceOf(plan), gapMs);
  const restMs = Math.max(0, checkpoint.dueAtMs + oldStepMs - pausedAtMs);
  const dueAtMs = nowMs + (oldStepMs > 0 ? (restMs * newStepMs) / oldStepMs : 0);
  return { plan, checkpoint: { ...checkpoint, dueAtMs: dueAtMs - newStepMs } };
}

/** Before the release there is no pace to be kept; when it begins, the row has a plan, whatever becomes of its options. */
export function takeUpBeforeRelease(row: ReplayRow, step: RowChanges, nowMs: number): RowChanges {
  const taken = wishesOf(row.command);
  const before = planOf(row);
  if (!row.options) return {};
  const isNews = !areSame(taken, before.taken);
  if (!isNews && (row.plan || step.phase !== 'RELEASING')) return {};
  return { plan: { n: before.n + (isNews ? 1 : 0), atMs: nowMs, taken, ...paceTexts(taken, row.options) } };
}

/** The pace that is wished. */
export function paceTexts(wishes: Wishes, options: ReplayRow['options']): Pick<Plan, 'speed' | 'idle'> {
  const { speed, idle } = { ...DEFAULT_OPTIONS, ...options, ...wishes };
  return { speed, idle };
}
