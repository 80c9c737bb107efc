import { DEFAULT_SETTINGS, type Settings } from '../core/settings';
import type { ReplayTemper } from './eventbridge/replay';

/**
 * The deployed relations at a smaller scale, so that nobody waits minutes for the settle time of a cloud:
 *
 * - `maximumEventAgeMs` is what the local EventBridge delivers by;
 * - `collectExecutionMs` is the timeout of the local `collect` machine: three calls of the function, then `Park`;
 * - `collectTimeoutMs` is the local function's timeout;
 * - `arrivalStaleMs` is more than twice `phaseCacheMs`: else every row in the cache has an old mark, and each event reads
 *   the row again, which a busy machine has no time for;
 * - queue depths are exact at once, and there is one clock.
 */
export const LOCAL_SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  pollEveryMs: 500,
  maximumEventAgeMs: 1_500,
  collectExecutionMs: 5_000,
  collectTimeoutMs: 1_500,
  phaseCacheMs: 250,
  arrivalStaleMs: 600,
  maxArrivalGapMs: 250,
  queueMetadataMs: 500,
  depthLagMs: 500,
  clockSkewMs: 50,
};

/** Milliseconds between the attempts of each state, at the same scale. */
export const LOCAL_RETRY_INTERVALS_MS = { Collect: 100, Park: 50, ForwardDueEvents: 200, ContinueAsNew: 200 };

export const SEQUENCE_TIMEOUT_MS = 300_000;
export const HEAL_TIMEOUT_MS = 60_000;
export const LOCAL_HEAL_EVERY_MS = 2_000;
export const VISIBILITY_TIMEOUT_MS = 1_500;
export const MAX_RECEIVE_COUNT = 5;
/** The messages of a batch share the function's time: alone, a message has all of it, on a busy machine too. */
export const OVERFLOW_BATCH_SIZE = 1;
/**
 * Executions of `collect` at once; beyond, EventBridge is throttled and tries again. One process does all the work, so
 * more of them would not be faster: each would only take longer, and on a busy machine too long.
 */
export const COLLECT_CONCURRENCY = 8;

/** As unruly as AWS documents, within the maximum event age. */
export const HOSTILE_TEMPER: ReplayTemper = {
  duplicateRate: 0.05,
  throttleRate: 0.01,
  maxDelayMs: 1_000,
  eventsPerSecond: 1_000,
};
