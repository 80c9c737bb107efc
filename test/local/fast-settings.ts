import type { Settings } from '../../src/core/settings';

/**
 * As the local settings, but shorter where that costs no requests: more suites run at a time than there are cores, and
 * where a machine is busy, frequent looks, readings of the row and arrival marks leave no time to collect an event.
 */
export const FAST: Partial<Settings> = {
  maximumEventAgeMs: 1_000,
  maxArrivalGapMs: 100,
  queueMetadataMs: 200,
  depthLagMs: 200,
};
