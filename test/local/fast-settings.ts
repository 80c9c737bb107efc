import type { Settings } from '../../src/core/settings';

/**
 * As the local settings, but shorter: the relations between them are the same. Not all is as short as it could be, for
 * more suites run at a time than there are cores. There a request takes a tenth of a second: the shorter the intervals
 * are, the more of the requests are looks, readings of the row and arrival marks, and the fewer collect an event.
 */
export const FAST: Partial<Settings> = {
  pollEveryMs: 500,
  maximumEventAgeMs: 1_000,
  collectExecutionMs: 5_000,
  collectTimeoutMs: 1_500,
  phaseCacheMs: 500,
  arrivalStaleMs: 500,
  maxArrivalGapMs: 100,
  queueMetadataMs: 200,
  depthLagMs: 200,
};
