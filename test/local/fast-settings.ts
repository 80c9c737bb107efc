import type { Settings } from '../../src/core/settings';

/**
 * As the local settings, but shorter: the relations between them are the same. The timeouts are not as short as they
 * could be, for more suites run at a time than there are cores.
 */
export const FAST: Partial<Settings> = {
  pollEveryMs: 200,
  maximumEventAgeMs: 1_000,
  collectExecutionMs: 5_000,
  collectTimeoutMs: 1_500,
  phaseCacheMs: 200,
  arrivalStaleMs: 100,
  maxArrivalGapMs: 100,
  queueMetadataMs: 200,
  depthLagMs: 200,
};
