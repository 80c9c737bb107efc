import { edit, type Mutant } from './mutant';

/** Releasing, and going on. */
export const WALK_MUTANTS: Mutant[] = [
  {
    name: 'no condition on append',
    breaks: 'R4',
    caughtBy: 12,
    bendTables: (tables) => ({
      ...tables,
      lanes: {
        append(lane, events, expiresAtMs) {
          const image = tables.lanes.image(lane);
          if (image) image.position = '';
          return tables.lanes.append(lane, events, expiresAtMs);
        },
      },
    }),
  },
  {
    name: 'the offset counts appends, not events',
    breaks: 'R3',
    caughtBy: 1,
    bendTables: (tables) => ({
      ...tables,
      lanes: {
        async append(lane, events, expiresAtMs) {
          const outcome = await tables.lanes.append(lane, events, expiresAtMs);
          const image = tables.lanes.image(lane);
          if (image && outcome === 'appended') image.offset -= events.length - 1;
          return outcome;
        },
      },
    }),
  },
  {
    name: 'unsorted merge',
    breaks: 'R1',
    caughtBy: 6,
    edits: [
      edit(
        'src/core/release/merge.ts',
        'if (bucket.head && (!least?.head || bucket.head.position < least.head.position)) least = bucket;',
        'if (bucket.head && !least?.head) least = bucket;',
      ),
    ],
  },
  {
    name: 'merge trusts a bucket whose page is used up',
    breaks: 'R1',
    caughtBy: 3,
    edits: [
      edit(
        'src/core/release/merge.ts',
        'return this.#buckets.some((bucket) => bucket.needsPage);',
        'return this.#buckets.every((bucket) => bucket.needsPage);',
      ),
    ],
  },
  {
    name: 'checkpoint saved before the append',
    breaks: 'R1',
    caughtBy: 213,
    edits: [
      edit(
        'src/core/release/release.ts',
        'await appendDue(deps.lanes, batch, {',
        'const checkpoint = walk.advance(batch); await save({ checkpoint }); await appendDue(deps.lanes, batch, {',
      ),
      edit('src/core/release/release.ts', '    const checkpoint = walk.advance(batch);\n', ''),
    ],
  },
  {
    name: 'events are taken before they are due',
    breaks: 'R6',
    caughtBy: 4,
    edits: [edit('src/core/release/release.ts', 'if (point.dueAtMs > nowMs) break;', '')],
  },
  {
    name: 'a pause ignores the speed',
    breaks: 'R6',
    caughtBy: 4,
    edits: [
      edit(
        'src/core/release/pacing.ts',
        'Math.min(gapMs / pace.speed, pace.idleMs)',
        'Math.min(gapMs / pace.speed / 2, pace.idleMs)',
      ),
    ],
  },
  {
    name: 'a refused append is repeated without skipping',
    breaks: 'R7',
    caughtBy: 12,
    edits: [
      edit(
        'src/core/release/append.ts',
        'rest = rest.filter((event) => event.position > outcome.alreadyAt);',
        'rest = [...rest];',
      ),
    ],
  },
  {
    name: 'a refused append skips all that is left',
    breaks: 'R1',
    caughtBy: 12,
    edits: [
      edit(
        'src/core/release/append.ts',
        'rest = rest.filter((event) => event.position > outcome.alreadyAt);',
        'rest = [];',
      ),
    ],
  },
  {
    name: 'a lease that is always alive',
    breaks: 'R7',
    caughtBy: 2,
    edits: [
      edit(
        'src/core/replay/lease.ts',
        'if (leaseUntilMs !== undefined && leaseUntilMs > clock.now()) return current;',
        'if (leaseUntilMs !== undefined) return current;',
      ),
    ],
  },
  {
    name: 'a lease that is never alive',
    breaks: 'R7',
    shows: 'is named while another is alive',
    caughtBy: 1,
    edits: [
      edit(
        'src/core/replay/lease.ts',
        'if (leaseUntilMs !== undefined && leaseUntilMs > clock.now()) return current;',
        '',
      ),
    ],
  },
  {
    name: 'a lease that is over when it begins',
    breaks: 'R7',
    shows: 'is over already',
    caughtBy: 1,
    edits: [
      edit(
        'src/core/replay/lease.ts',
        '{ leaseUntilMs: clock.now() + LEASE_GRACE_MS }',
        '{ leaseUntilMs: clock.now() - LEASE_GRACE_MS }',
      ),
    ],
  },
  {
    name: 'only new events see to a sequencer',
    breaks: 'R7',
    caughtBy: 2,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        'const ensured = await ensureSequencer(row, deps);',
        "const ensured = outcome === 'duplicate' ? row : await ensureSequencer(row, deps);",
      ),
    ],
  },
  {
    name: 'the next execution has the same generation',
    breaks: 'R7',
    caughtBy: 67,
    edits: [
      edit(
        'src/core/replay/sequence.ts',
        'const nextGeneration = Math.max(row.generation, state.generation) + 1;',
        'const nextGeneration = state.generation;',
      ),
    ],
  },
  {
    name: 'an execution never goes on as the next one',
    breaks: 'R7',
    caughtBy: 331,
    edits: [
      edit(
        'src/core/replay/sequence.ts',
        'if (iteration < MAX_ITERATIONS) return',
        'if (iteration < Number.POSITIVE_INFINITY) return',
      ),
    ],
  },
  {
    name: 'a long pause is not left to the state machine',
    breaks: 'R7',
    caughtBy: 8,
    edits: [
      edit(
        'src/core/release/release.ts',
        'if (dueAtMs > nowMs + IN_MEMORY_WAIT_MS)',
        'if (dueAtMs > nowMs + Number.POSITIVE_INFINITY)',
      ),
    ],
  },
  {
    name: 'a sequencer of a later generation does not name itself in the row',
    breaks: 'R7',
    caughtBy: 167,
    edits: [
      edit(
        'src/core/replay/sequence.ts',
        'await replays.save(replay, life, { generation: row.generation });',
        '',
      ),
    ],
  },
  {
    name: 'an event that is refused sees to no sequencer',
    breaks: 'R7',
    caughtBy: 393,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        '      await ensureSequencer(row, deps);\n      throw error;',
        '      throw error;',
      ),
    ],
  },
  {
    name: 'a sequencer does not look at the row again',
    breaks: 'R7',
    caughtBy: 658,
    edits: [
      edit(
        'src/core/release/release.ts',
        'if (!(await save({ checkpoint }))) return againAt(savedAtMs);',
        'await save({ checkpoint });',
      ),
      edit(
        'src/core/release/release.ts',
        'if (!(await save({}))) return againAt(clock.now());',
        'await save({});',
      ),
    ],
  },
];
