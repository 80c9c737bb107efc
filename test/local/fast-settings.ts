import type { Settings } from '../../src/core/settings';

/** As the local settings, at a third of their scale: the relations between them are the same. */
export const FAST: Partial<Settings> = {
  pollEveryMs: 200,
  maximumEventAgeMs: 700,
  collectExecutionMs: 3_500,
  collectTimeoutMs: 1_000,
  phaseCacheMs: 200,
  queueMetadataMs: 200,
};
