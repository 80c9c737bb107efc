import { slowReads } from './kinds';
import { edit, type Mutant } from './mutant';

/** Releasing. */
export const WALK_MUTANTS: Mutant[] = [
  {
    name: 'no condition on append',
    breaks: 'R4',
    caughtBy: 10,
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
    caughtBy: 31,
    edits: [
      edit(
        'src/core/release/release.ts',
        'const { upTo, failure } = await appendDue(',
        'advance(batch.length); const { upTo, failure } = await appendDue(',
      ),
      edit(
        'src/core/release/release.ts',
        'const advance = (upTo: number) => {',
        'const advance = (upTo: number) => { if (upTo <= advanced) return;',
      ),
    ],
  },
  {
    name: 'events are taken before they are due',
    breaks: 'R6',
    caughtBy: 3,
    edits: [
      edit(
        'src/core/release/release.ts',
        'if (place.dueAtMs > nowMs || walk.isHalted(place)) break;',
        'if (walk.isHalted(place)) break;',
      ),
    ],
  },
  {
    name: 'a pause ignores the speed',
    breaks: 'R6',
    caughtBy: 3,
    edits: [
      edit(
        'src/core/replay/pacing.ts',
        'Math.min(gapMs / speed, idleMs, MAX_RETENTION_MS)',
        'Math.min(gapMs / speed / 2, idleMs, MAX_RETENTION_MS)',
      ),
    ],
  },
  {
    name: 'a refused append is repeated without skipping',
    breaks: 'R7',
    caughtBy: 16,
    edits: [
      edit(
        'src/core/release/append.ts',
        'return rest.filter((n) => (due[n] as DueEvent).position > outcome.alreadyAt);',
        'return [...rest];',
      ),
    ],
  },
  {
    name: 'a refused append skips all that is left',
    breaks: 'R1',
    caughtBy: 10,
    edits: [
      edit(
        'src/core/release/append.ts',
        'return rest.filter((n) => (due[n] as DueEvent).position > outcome.alreadyAt);',
        'return [];',
      ),
    ],
  },
  {
    name: 'the checkpoint covers the whole batch, also after an append that failed',
    breaks: 'R1',
    caughtBy: 75,
    edits: [
      edit(
        'src/core/release/release.ts',
        '  advance(upTo);\n  if (failure)',
        '  advance(batch.length);\n  if (failure)',
      ),
    ],
  },
  {
    name: 'an append that fails ends the call before the others',
    breaks: 'contract',
    shows: 'before its appends',
    caughtBy: 75,
    edits: [edit('src/core/release/append.ts', 'failure ??= { error };', 'throw error;')],
  },
  {
    name: 'a walk reads on without a look at the time',
    breaks: 'R7',
    kind: slowReads,
    caughtBy: 1,
    edits: [
      edit(
        'src/core/release/release.ts',
        '() => deps.remainingMs() >= MIN_REMAINING_TO_READ_MS,',
        '() => true,',
      ),
      edit(
        'src/core/release/release.ts',
        'batch.length === 0 || (clock.now() - nowMs < MAX_TAKE_MS && (await looks.lookIfDue()));',
        'true;',
      ),
    ],
  },
  {
    name: 'nothing left is told before the time for which events are kept',
    breaks: 'R1',
    shows: 'the replay is FAILED',
    caughtBy: 64,
    edits: [
      edit(
        'src/core/release/release.ts',
        'if (isRetentionOver(row, deps, nowMs)) return',
        'if (next && isRetentionOver(row, deps, nowMs)) return',
      ),
    ],
  },
];
