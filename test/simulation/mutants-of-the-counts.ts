import { edit, type Mutant } from './mutant';

/** What is counted, answered and ended. */
export const COUNT_MUTANTS: Mutant[] = [
  {
    name: 'a duplicate is not counted where it is stored',
    breaks: 'R1',
    shows: 'duplicates came',
    caughtBy: 171,
    edits: [edit('src/core/collect/collect.ts', 'await buffer.addDuplicate(key);', '')],
  },
  {
    name: 'the walk does not count duplicates',
    breaks: 'R1',
    shows: 'duplicates came',
    caughtBy: 171,
    edits: [edit('src/core/release/walk.ts', '(sum, { duplicates }) => sum + duplicates,', '(sum) => sum,')],
  },
  {
    name: 'more events than were counted are taken for all of them',
    breaks: 'R1',
    shows: 'in the set',
    caughtBy: 109,
    edits: [
      edit(
        'src/core/release/release.ts',
        'if (!next && walk.released === row.collected)',
        'if (!next && walk.released >= (row.collected as number))',
      ),
    ],
  },
  {
    name: 'all events are late',
    breaks: 'R5',
    shows: 'is late, and the set is not sealed',
    caughtBy: 1,
    edits: [edit('src/core/collect/collect.ts', 'const late = !isOpen(row.phase);', 'const late = true;')],
  },
  {
    name: 'what comes to a cancelled replay is counted as late',
    breaks: 'R1',
    shows: 'are late',
    caughtBy: 46,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        "const isCounted = row.phase !== 'CANCELLED' && row.phase !== 'FAILED';",
        'const isCounted = true;',
      ),
    ],
  },
  {
    name: 'what comes to a cancelled replay is told as late',
    breaks: 'R1',
    shows: 'late events are told',
    caughtBy: 46,
    edits: [edit('src/core/collect/collect.ts', "return isCounted ? 'late' : 'held';", "return 'late';")],
  },
  {
    name: 'the set is counted from zero again in each step',
    breaks: 'R7',
    shows: 'the run never ends',
    caughtBy: 31,
    edits: [
      edit(
        'src/core/seal/count.ts',
        'row.counting?.length === row.buckets ? [...row.counting] : fromZero(row.buckets)',
        'fromZero(row.buckets)',
      ),
    ],
  },
  {
    name: 'a bucket that is counted is counted again in the next step',
    breaks: 'R1',
    shows: 'is counted as',
    caughtBy: 81,
    edits: [
      edit(
        'src/core/seal/count.ts',
        '? [...row.counting]',
        '? row.counting.map((count) => ({ ...count, done: false }))',
      ),
    ],
  },
  {
    name: 'the count of a bucket is that of its newest page',
    breaks: 'R1',
    shows: 'is counted as',
    caughtBy: 31,
    edits: [edit('src/core/seal/count.ts', 'events: count.events + events,', 'events: events,')],
  },
  {
    name: 'late events are counted into the set',
    breaks: 'R1',
    shows: 'events were sealed',
    caughtBy: 26,
    bendTables: (tables) => ({
      ...tables,
      buffer: {
        ...tables.buffer,
        count: (set, bucket, selection, after) =>
          tables.buffer.count(set, bucket, { ...selection, late: {} }, after),
      },
    }),
  },
  {
    name: 'a batch holds a hundred times the bytes',
    breaks: 'R7',
    shows: 'are held at once',
    caughtBy: 31,
    edits: [
      edit('src/core/limits.ts', 'MAX_BATCH_BYTES = 12 * 1024 * 1024', 'MAX_BATCH_BYTES = 800 * 1024 * 1024'),
    ],
  },
  {
    name: 'an execution whose replay has failed says that it is done',
    breaks: 'R7',
    shows: 'a sequencer is done',
    caughtBy: 46,
    edits: [
      edit(
        'src/core/replay/sequence.ts',
        "if (row.phase === 'FAILED')",
        "if (row.phase === 'FAILED' && false)",
      ),
    ],
  },
  {
    name: 'a sequencer changes a row that has ended',
    breaks: 'R4',
    shows: 'the row is changed when it is',
    caughtBy: 27,
    edits: [
      edit('src/core/replay/row-save.ts', '    phase: row.phase,\n    generation: row.generation,\n', ''),
    ],
  },
];

/** The time to live: what expires too soon may vanish while it is needed. */
export const EXPIRY_MUTANTS: Mutant[] = [
  {
    name: 'a buffered event expires at once',
    breaks: 'R1',
    caughtBy: 2,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        'expiresAtMs: nowMs + retentionMsOf(row, settings),',
        'expiresAtMs: nowMs,',
      ),
    ],
  },
  {
    name: 'a lane expires at once',
    breaks: 'R3',
    caughtBy: 7,
    edits: [
      edit(
        'src/core/release/release.ts',
        'expiresAtMs: laneExpiresAtMs(row, deps.settings, deps.clock.now()),',
        'expiresAtMs: deps.clock.now(),',
      ),
    ],
  },
  {
    name: 'the row expires at once',
    breaks: 'R7',
    caughtBy: 1,
    edits: [
      edit('src/core/collect/collect.ts', 'expiresAtMs: nowMs + ROW_RETENTION_MS,', 'expiresAtMs: nowMs,'),
    ],
  },
];
