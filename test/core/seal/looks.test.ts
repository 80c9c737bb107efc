import { nextLookAtMs } from '../../../src/core/seal/looks';
import { DEFAULT_SETTINGS } from '../../../src/core/settings';
import { newRow } from '../../aws/replay-rows';

const NOW_MS = 10_000_000;
const nextAfter = (quietMs: number) =>
  nextLookAtMs({ ...newRow('r'), lastArrivalAtMs: NOW_MS - quietMs }, NOW_MS, DEFAULT_SETTINGS) - NOW_MS;

test.each([
  ['that arrived just now', 0, 15_000],
  ['nearly ten seconds ago', 9_999, 15_000],
  ['ten seconds ago', 10_000, 3_000],
  ['three minutes ago', 180_000, 3_000],
  ['more than that ago, as in a replay that stalls', 190_000, 15_000],
  ['hours ago', 10_000_000, 15_000],
])(
  'given the newest event is one %s, then the next look at EventBridge comes in time',
  (_, quietMs, inMs) => {
    expect(nextAfter(quietMs)).toBe(inMs);
  },
);
