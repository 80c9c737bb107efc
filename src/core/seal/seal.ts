import { OrderedReplayError } from '../errors';
import { EMPTY_READINGS, MAX_READING_MS } from '../limits';
import type { ReplayDescription } from '../ports';
import { wishesOf } from '../replay/command';
import { readDescription } from '../replay/description';
import { windowWarnings } from '../replay/lasting-warnings';
import { optionsInRow } from '../replay/options';
import { demandRetention, retainedUntilMs, retentionMsOf } from '../replay/retention';
import type { ReplayRow, RowChanges } from '../replay/row';
import { dwellOf } from '../replay/run';
import { againAt, endFailed, type Step, type StepDeps } from '../replay/step';
import { sealableAtMs } from './complete';
import { countOn } from './count';
import { nextLookAtMs } from './looks';
import { readingAgainAtMs, readingsInARow } from './readings';

/**
 * Seal: decides when the set of collected events is complete, and makes it immutable.
 *
 * - R1: sealed only after COMPLETED, after `EMPTY_READINGS` in a row found both queues empty, and if the last of them
 *   comes after `sealableAtMs`. The dead letters count too, so no redrive can be under way unseen. What arrives
 *   between the read of the row and the write of SEALED moves the arrival mark, and the write is refused.
 * - R6: the first read for release comes `dwellMs` after SEALED was *seen* in the row. Counted from then and not
 *   from before the write, however slow the write was, every later read of the phase sees it.
 */

/** One look at a replay in COLLECTING or INCOMPLETE. */
export async function collecting(row: ReplayRow, deps: StepDeps): Promise<Step> {
  const described = await deps.status.describe(row.replay);
  if (!described) return endFailed(notFound(row.replay));
  if (described.state === 'FAILED') return endFailed(failedAtEventBridge(row.replay, described));
  if (described.state === 'CANCELLED' || described.state === 'CANCELLING') {
    return {
      kind: 'end',
      phase: 'CANCELLED',
      reason: `EventBridge says ${described.state}.`,
      changes: {},
    };
  }
  if (deps.clock.now() >= retainedUntilMs(row, deps.settings))
    return endFailed(outlivedBeforeTheSeal(row.replay));
  if (!row.options) return readOptions(row, described, deps);
  // COMPLETED is final. An answer after it may be an older one.
  const completedAtMs = row.completedAtMs ?? (described.state === 'COMPLETED' ? deps.clock.now() : undefined);
  if (completedAtMs === undefined) return later(row, deps);
  return lookAtQueues({ ...row, completedAtMs }, deps);
}

async function lookAtQueues(row: ReplayRow & { completedAtMs: number }, deps: StepDeps): Promise<Step> {
  const { clock, queues, settings } = deps;
  const { completedAtMs } = row;
  // Anew at each look: an event that has come since the last one moves it.
  const sealableMs = sealableAtMs(row, settings);
  const readAtMs = readingAgainAtMs(row, sealableMs, settings);
  const startMs = clock.now();
  if (startMs < readAtMs) return againAt(readAtMs);
  const overflow = await queues.depth('overflow');
  const dead = await queues.depth('deadLetters');
  const startOver: RowChanges = {
    completedAtMs,
    queuesEmptyAtMs: undefined,
    queuesEmptyReadings: undefined,
    dead,
  };
  if (overflow > 0) return againAt(clock.now() + settings.pollEveryMs, startOver);
  const onMissing = wishesOf(row.command).onMissing ?? optionsInRow(row.options).onMissing;
  if (dead > 0 && onMissing === 'wait') {
    const reason =
      `${dead} event(s) in the dead-letter queue. Redrive or purge it and the replay goes on by itself, ` +
      'or set command.onMissing to continue in this row.';
    const changes: RowChanges = { ...startOver, phase: 'INCOMPLETE', reason };
    return againAt(clock.now() + settings.queueMetadataMs, changes);
  }
  const nowMs = clock.now();
  if (nowMs - startMs > MAX_READING_MS) return againAt(nowMs, startOver);
  const readings = readingsInARow(row, nowMs, settings);
  if (readings >= EMPTY_READINGS && startMs >= sealableMs) {
    return againAt(nowMs, { phase: 'SEALED', reason: undefined, dead });
  }
  const read = { queuesEmptyAtMs: nowMs, queuesEmptyReadings: readings };
  return againAt(readingAgainAtMs({ ...row, ...read }, sealableMs, settings), {
    completedAtMs,
    ...read,
    dead,
  });
}

/**
 * SEALED, where a rerun begins: waits out the dwell, then counts what the run includes, in as many steps as that takes, and
 * opens it for release.
 */
export async function sealed(row: ReplayRow, deps: StepDeps): Promise<Step> {
  const { clock, settings } = deps;
  const nowMs = clock.now();
  const sealedAtMs = row.sealedAtMs ?? nowMs;
  const readableAtMs = sealedAtMs + dwellOf(row, settings);
  if (nowMs < readableAtMs) return againAt(readableAtMs, { sealedAtMs });
  if (nowMs >= retainedUntilMs(row, settings)) return endFailed(outlivedBeforeTheSeal(row.replay));
  // A rerun without a dwell has not saved its instant before.
  const fixed = row.sealedAtMs === undefined ? { sealedAtMs } : {};
  const counting = await countOn({ ...row, sealedAtMs }, deps);
  const startMs = clock.now();
  if (counting.some(({ done }) => !done)) {
    return againAt(startMs, { ...fixed, counting, countingSaves: (row.countingSaves ?? 0) + 1 });
  }
  return againAt(startMs, {
    ...fixed,
    phase: 'RELEASING',
    collected: counting.reduce((sum, { events }) => sum + events, 0),
    releaseStartedAtMs: startMs,
    counting: undefined,
    countingSaves: undefined,
  });
}

/** Reads the options once, as early as possible, so that a mistake shows before anybody waits for a delivery. */
function readOptions(row: ReplayRow, described: ReplayDescription, deps: StepDeps): Step {
  const { clock, settings } = deps;
  const { description, window, startedAtMs = row.createdAtMs } = described;
  try {
    const { options, warnings } = readDescription(description, settings.options);
    demandRetention(options, {
      replay: row.replay,
      spanMs: window.toMs - window.fromMs,
      keptMs: retentionMsOf(row, settings),
      remedy: `${UNDER_A_NEW_NAME} with a higher speed, an idle limit or a shorter window.`,
    });
    const tell = [...warnings, ...windowWarnings(window.toMs, startedAtMs)];
    return { ...againAt(clock.now(), { options, window }), tell };
  } catch (error) {
    if (error instanceof OrderedReplayError) return endFailed(error);
    throw error;
  }
}

function later(row: ReplayRow, deps: StepDeps): Step {
  return againAt(nextLookAtMs(row, deps.clock.now(), deps.settings));
}

const UNDER_A_NEW_NAME = 'Start the replay again under a new name';

function notFound(replay: string): OrderedReplayError {
  return new OrderedReplayError('ReplayNotFound', `EventBridge knows no replay ${replay}.`, {
    remedy: 'Start a replay in this account and Region.',
    ids: { replay },
  });
}

function failedAtEventBridge(replay: string, { stateReason }: ReplayDescription): OrderedReplayError {
  const why = stateReason === undefined ? 'without a reason' : `because: ${stateReason.replace(/\.$/, '')}`;
  return new OrderedReplayError('ReplayFailed', `EventBridge says FAILED, ${why}.`, {
    remedy: `Remove the cause. ${UNDER_A_NEW_NAME}; nothing was delivered.`,
    ids: { replay },
  });
}

function outlivedBeforeTheSeal(replay: string): OrderedReplayError {
  return new OrderedReplayError(
    'PlaybackOutlivesRetention',
    'The time for which events are kept was over before the set was counted.',
    { remedy: `${UNDER_A_NEW_NAME}; nothing was delivered.`, ids: { replay } },
  );
}
