import { DEFAULT_SETTINGS, type Settings } from '../../src/core/settings';
import { LOCAL_RETRY_INTERVALS_MS, LOCAL_SETTINGS } from '../../src/local/local-settings';
import { FAST } from './fast-settings';

const FAST_SETTINGS: Settings = { ...LOCAL_SETTINGS, ...FAST };

test.each([
  ['deployed', DEFAULT_SETTINGS],
  ['local', LOCAL_SETTINGS],
  ['fast', FAST_SETTINGS],
])(
  '%s: while a row may be believed, its mark does not become old, so that events need not read it again',
  (_, settings) => {
    expect(settings.arrivalStaleMs / 2).toBeGreaterThanOrEqual(settings.phaseCacheMs);
  },
);

test.each([
  ['local', LOCAL_SETTINGS],
  ['fast', FAST_SETTINGS],
])('%s: an execution of collect has time for three calls, their retries and Park', (_, settings) => {
  const { Collect, Park } = LOCAL_RETRY_INTERVALS_MS;
  const leftMs = settings.collectExecutionMs - 3 * (settings.collectTimeoutMs + Collect);
  expect(leftMs).toBeGreaterThanOrEqual(2 * Park);
});
