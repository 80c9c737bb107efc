import { oldMark } from './kinds';
import { edit, type Mutant } from './mutant';

const COMPLETE = 'src/core/seal/complete.ts';
const READINGS = 'src/core/seal/readings.ts';

/** Sealing: the set is complete. */
export const SEAL_MUTANTS: Mutant[] = [
  {
    name: 'seal without settle',
    breaks: 'R5',
    caughtBy: 211,
    edits: [
      edit(
        'src/core/settings.ts',
        'return settings.maximumEventAgeMs + settings.collectExecutionMs + settings.clockSkewMs;',
        'return 0 * settings.clockSkewMs;',
      ),
    ],
  },
  {
    name: 'seal looks at the queues once',
    breaks: 'R5',
    caughtBy: 39,
    edits: [edit('src/core/seal/seal.ts', 'readings >= EMPTY_READINGS &&', 'readings >= 1 &&')],
  },
  {
    name: 'seal looks at the queues twice',
    breaks: 'R5',
    caughtBy: 165,
    edits: [edit('src/core/seal/seal.ts', 'readings >= EMPTY_READINGS &&', 'readings >= 2 &&')],
  },
  {
    name: 'Overflow is not looked at',
    breaks: 'R5',
    caughtBy: 2,
    edits: [edit('src/core/seal/seal.ts', 'if (overflow > 0) return', 'if (overflow < 0) return')],
  },
  {
    name: 'dead letters are not looked at',
    breaks: 'R5',
    caughtBy: 39,
    edits: [edit('src/core/seal/seal.ts', 'if (dead > 0 && ', 'if (dead < 0 && ')],
  },
  {
    name: 'the settle time counts from COMPLETED alone',
    breaks: 'R5',
    caughtBy: 11,
    edits: [
      edit(COMPLETE, 'Math.max(completedAtMs, attemptedAtMs)', 'Math.max(completedAtMs, 0 * attemptedAtMs)'),
    ],
  },
  {
    name: 'collect leaves no arrival mark',
    breaks: 'R5',
    caughtBy: 11,
    edits: [
      edit(
        'src/core/collect/arrival-mark.ts',
        'if (!isOld(arrival, arrival.row, deps)) return;',
        'if (arrival) return;',
      ),
    ],
  },
  {
    name: 'no allowance for the gap between two deliveries',
    breaks: 'R5',
    caughtBy: 11,
    edits: [edit(COMPLETE, ' + settings.maxArrivalGapMs', '')],
  },
  {
    name: 'no allowance for the age of the arrival mark',
    breaks: 'R5',
    shows: 'sealed without',
    kind: oldMark,
    caughtBy: 1,
    edits: [edit(COMPLETE, ' + settings.arrivalStaleMs', '')],
  },
  {
    name: 'the last reading of the queues comes when the settle time ends',
    breaks: 'R5',
    caughtBy: 2,
    edits: [edit(COMPLETE, ' + settings.depthLagMs', '')],
  },
  {
    name: 'readings of the queues follow one another at once',
    breaks: 'R5',
    caughtBy: 39,
    edits: [edit(READINGS, 'Math.max(leastMs, Math.ceil(leftMs / needed))', 'Math.ceil(leftMs / needed)')],
  },
];
