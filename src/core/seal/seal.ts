import { OrderedReplayError } from '../errors';
import { EMPTY_READINGS, MAX_READING_DELAY_MS } from '../limits';
import type { ReplayDescription, ReplayRow, RowChanges } from '../ports';
import { compileOptions, type OptionTexts, readDescription } from '../replay/options';
import type { SequenceDeps, Step } from '../replay/sequence';
import { dwellMs, settleMs } from '../settings';

/**
 * Seal: decides when the set of collected events is complete, and makes it immutable.
 *
 * - R1: sealed only after COMPLETED + the settle time + both queues empty at `EMPTY_READINGS` in a row,
 *   `queueMetadataMs` apart. The dead letters count too, so no redrive can be under way unseen.
 * - R6: the first read for release comes `dwellMs` after SEALED was *seen* in the row. Counted from then and not
 *   from before the write, however slow the write was, every later read of the phase sees it.
 */

/** One look at a replay in COLLECTING or INCOMPLETE. */
export async function collecting(row: ReplayRow, deps: SequenceDeps): Promise<Step> {
  const described = await deps.status.describe(row.replay);
  if (!described) return fail('ReplayNotFound', `EventBridge knows no replay ${row.replay}.`);
  if (described.state === 'FAILED') return fail('ReplayFailed', described.stateReason ?? 'no reason given');
  if (described.state === 'CANCELLED' || described.state === 'CANCELLING') {
    return end('CANCELLED', `EventBridge says ${described.state}.`);
  }
  if (!row.options) return readOptions(described, deps);
  if (described.state !== 'COMPLETED') return later(deps);
  const nowMs = deps.clock.now();
  const completedAtMs = row.completedAtMs ?? nowMs;
  const settledAtMs = completedAtMs + settleMs(deps.settings);
  if (nowMs < settledAtMs) return { changes: { completedAtMs }, resumeAtMs: settledAtMs };
  return lookAtQueues(row, row.options, deps);
}

async function lookAtQueues(row: ReplayRow, options: OptionTexts, deps: SequenceDeps): Promise<Step> {
  const { clock, queues, settings } = deps;
  const { queuesEmptyAtMs: lastEmptyAtMs = Number.NEGATIVE_INFINITY } = row;
  const againAtMs = lastEmptyAtMs + settings.queueMetadataMs;
  if (clock.now() < againAtMs) return { changes: {}, resumeAtMs: againAtMs };
  const overflow = await queues.depth('overflow');
  const dead = await queues.depth('deadLetters');
  const startOver: RowChanges = { queuesEmptyAtMs: undefined, queuesEmptyReadings: undefined, dead };
  if (overflow > 0) return later(deps, startOver);
  if (dead > 0 && compileOptions(options).onMissing === 'wait') {
    const reason =
      `${dead} event(s) in the dead-letter queue. Redrive or purge it and the replay goes on by itself, ` +
      'or set options.onMissing to continue in this row.';
    const changes: RowChanges = { ...startOver, phase: 'INCOMPLETE', reason };
    return { changes, resumeAtMs: clock.now() + settings.queueMetadataMs };
  }
  const nowMs = clock.now();
  // After a longer gap a message may have died a second time unseen.
  const inARow = nowMs <= againAtMs + MAX_READING_DELAY_MS;
  const readings = inARow ? (row.queuesEmptyReadings ?? 0) + 1 : 1;
  if (readings >= EMPTY_READINGS)
    return { changes: { phase: 'SEALED', reason: undefined, dead }, resumeAtMs: nowMs };
  return {
    changes: { queuesEmptyAtMs: nowMs, queuesEmptyReadings: readings, dead },
    resumeAtMs: nowMs + settings.queueMetadataMs,
  };
}

/** SEALED: waits out the dwell, then counts the set and opens it for release. */
export async function sealed(row: ReplayRow, deps: SequenceDeps): Promise<Step> {
  const { clock, buffer, settings } = deps;
  const nowMs = clock.now();
  const sealedAtMs = row.sealedAtMs ?? nowMs;
  const readableAtMs = sealedAtMs + dwellMs(settings);
  if (nowMs < readableAtMs) return { changes: { sealedAtMs }, resumeAtMs: readableAtMs };
  if (nowMs >= row.createdAtMs + settings.retentionMs) {
    return end(
      'FAILED',
      'The time for which events are kept was over before the seal.',
      'PlaybackOutlivesRetention',
    );
  }
  const counts = await Promise.all(
    Array.from({ length: row.buckets }, (_, n) => buffer.count(row.replay, n)),
  );
  const collected = counts.reduce((sum, count) => sum + count, 0);
  const startMs = clock.now();
  return { changes: { phase: 'RELEASING', collected, releaseStartedAtMs: startMs }, resumeAtMs: startMs };
}

/** Reads the options once, as early as possible, so that a mistake shows before anybody waits for a delivery. */
function readOptions(described: ReplayDescription, deps: SequenceDeps): Step {
  const { window } = described;
  try {
    const options = readDescription(described.description, deps.settings.options);
    demandRetention(window, options, deps);
    return { changes: { options, window }, resumeAtMs: deps.clock.now() };
  } catch (error) {
    if (!(error instanceof OrderedReplayError)) throw error;
    return end('FAILED', error.message, error.code);
  }
}

/** Buffered events must outlive their playback. How long that takes is only known without a limit on pauses. */
function demandRetention(
  window: { fromMs: number; toMs: number },
  texts: OptionTexts,
  deps: SequenceDeps,
): void {
  const options = compileOptions(texts);
  const playbackMs = (window.toMs - window.fromMs) / options.speed;
  const { retentionMs } = deps.settings;
  if (options.idleMs !== Number.POSITIVE_INFINITY || playbackMs < retentionMs) return;
  const days = (ms: number) => (ms / 86_400_000).toFixed(1);
  throw new OrderedReplayError(
    'PlaybackOutlivesRetention',
    `At speed=${texts.speed} the window takes up to ${days(playbackMs)} days; events are kept for ${days(retentionMs)}.`,
    {
      remedy:
        'Start the replay again under a new name with a higher speed, an idle limit or a shorter window.',
    },
  );
}

function later(deps: SequenceDeps, changes: RowChanges = {}): Step {
  return { changes, resumeAtMs: deps.clock.now() + deps.settings.pollEveryMs };
}

function fail(code: 'ReplayNotFound' | 'ReplayFailed', reason: string): Step {
  return end('FAILED', reason, code);
}

function end(phase: 'FAILED' | 'CANCELLED', reason: string, errorCode?: string): Step {
  return { changes: { phase, reason: errorCode ? `${errorCode}: ${reason}` : reason }, resumeAtMs: 0 };
}
