import { reportOf } from '../../../src/core/replay/report';
import type { ReplayRow } from '../../../src/core/replay/row';

const START_MS = 1_000_000;
const row: ReplayRow = {
  replay: 'r',
  phase: 'COLLECTING',
  generation: 1,
  buckets: 8,
  tiebreaker: '',
  createdAtMs: START_MS,
  late: 0,
  expiresAtMs: 9e12,
};

test('R1: given a replay that is still collecting, then its report has what is known and no guesses', () => {
  expect(reportOf(row)).toEqual({
    replay: 'r',
    phase: 'COLLECTING',
    released: 0,
    duplicates: 0,
    late: 0,
    dead: 0,
  });
});

test('R1: given a replay that is done, then its report has every outcome and both durations', () => {
  const done: ReplayRow = {
    ...row,
    phase: 'DONE',
    collected: 5,
    late: 2,
    dead: 1,
    sealedAtMs: START_MS + 200_000,
    releaseStartedAtMs: START_MS + 213_000,
    doneAtMs: START_MS + 500_000,
    checkpoint: { position: 'p', eventTimeMs: 0, dueAtMs: 0, released: 5, duplicates: 3 },
  };
  expect(reportOf(done)).toEqual({
    replay: 'r',
    phase: 'DONE',
    collected: 5,
    released: 5,
    duplicates: 3,
    late: 2,
    dead: 1,
    collectingMs: 200_000,
    releasingMs: 287_000,
  });
});

test('given a replay that failed, then its report has the reason and only the durations that came to an end', () => {
  const report = reportOf({
    ...row,
    phase: 'FAILED',
    reason: 'CountMismatch: …',
    sealedAtMs: START_MS,
    releaseStartedAtMs: START_MS,
  });
  expect(report).toMatchObject({ reason: 'CountMismatch: …', collectingMs: 0 });
  expect(report).not.toHaveProperty('releasingMs');
});
