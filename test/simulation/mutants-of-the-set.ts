import type { EventBuffer } from '../../src/core/ports';
import { longNumbers } from './kinds';
import { edit, type Mutant } from './mutant';
import type { Stores, Tables } from './protocol';

/** Collecting and sealing: the set does not change. When it is complete: `mutants-of-the-seal.ts`. */
export const SET_MUTANTS: Mutant[] = [
  {
    name: 'no dwell before release',
    breaks: 'R1',
    caughtBy: 62,
    edits: [
      edit(
        'src/core/settings.ts',
        'return settings.collectTimeoutMs + settings.phaseCacheMs + settings.clockSkewMs;',
        'return 0 * settings.clockSkewMs;',
      ),
    ],
  },
  {
    name: 'phase read after the put',
    breaks: 'R1',
    caughtBy: 13,
    bendRequests: (stores, tables) => ({ ...stores, buffer: marksLateAfterwards(stores, tables) }),
  },
  {
    name: 'phase cached for longer than the dwell',
    breaks: 'R1',
    caughtBy: 13,
    bendSettings: (settings, of) => (of === 'collect' ? { ...settings, phaseCacheMs: 300_000 } : settings),
  },
  {
    name: 'the row is read eventually consistently',
    breaks: 'R7',
    caughtBy: 1,
    edits: [
      edit('src/aws/replays.ts', 'Key: itemKey(replay), ConsistentRead: true }', 'Key: itemKey(replay) }'),
    ],
  },
  {
    name: 'the buffer is read eventually consistently',
    breaks: 'R1',
    caughtBy: 154,
    edits: [
      edit('src/aws/event-buffer.ts', 'ConsistentRead: true,\n        Limit: limit,', 'Limit: limit,'),
      edit(
        'src/aws/event-buffer.ts',
        "ConsistentRead: true,\n          Select: 'COUNT',",
        "Select: 'COUNT',",
      ),
    ],
  },
  {
    name: 'late events are not marked',
    breaks: 'R1',
    caughtBy: 13,
    edits: [edit('src/core/collect/collect.ts', 'const late = !isOpen(row.phase);', 'const late = false;')],
  },
  {
    name: 'a late event is counted at its first attempt only',
    breaks: 'R1',
    caughtBy: 68,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        'const isUncounted = put.existing.late && !put.existing.lateCounted;',
        'const isUncounted = false;',
      ),
    ],
  },
  {
    name: 'a late event is counted three times',
    breaks: 'R1',
    caughtBy: 13,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        'await replays.addLate(row.replay);',
        'for (let n = 0; n < 3; n++) await replays.addLate(row.replay);',
      ),
    ],
  },
  {
    name: 'a late event that is counted is not marked',
    breaks: 'R1',
    caughtBy: 13,
    edits: [edit('src/core/collect/collect.ts', 'await buffer.markLateCounted(key);', '')],
  },
  {
    name: 'the seal counts no dead letters',
    breaks: 'R1',
    caughtBy: 7,
    edits: [
      edit(
        'src/core/seal/seal.ts',
        "{ phase: 'SEALED', reason: undefined, dead }",
        "{ phase: 'SEALED', reason: undefined, dead: 0 }",
      ),
    ],
  },
  {
    name: 'duplicates are put unconditionally',
    breaks: 'R1',
    caughtBy: 7,
    bendTables: (tables) => ({
      ...tables,
      buffer: {
        ...tables.buffer,
        async put(key, event) {
          const there = tables.buffer.stored(key.replay).find(({ position }) => position === key.position);
          if (!there) return tables.buffer.put(key, event);
          Object.assign(there, event);
          return 'stored';
        },
      },
    }),
  },
  {
    name: 'position without the id',
    breaks: 'R1',
    caughtBy: 39,
    edits: [
      edit(
        'src/core/collect/place.ts',
        'return formatPosition({ time: event.time.text, tiebreaker, id: event.id });',
        "return formatPosition({ time: event.time.text, tiebreaker, id: '' });",
      ),
    ],
  },
  {
    name: 'position without the tiebreaker',
    breaks: 'R2',
    caughtBy: 1,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        'const position = positionOf(event, row);',
        "const position = positionOf(event, { ...row, tiebreaker: '' });",
      ),
    ],
  },
  {
    name: 'long integers are doubles as tiebreakers',
    breaks: 'R2',
    kind: longNumbers,
    caughtBy: 1,
    edits: [
      edit(
        'src/core/event/tiebreaker.ts',
        'const found = valueAt(path, event, readingBy(rule));',
        "const found = valueAt(path, event, 'double');",
      ),
    ],
  },
  {
    name: 'long integers are doubles as ordering keys',
    breaks: 'R5',
    kind: longNumbers,
    shows: 'is in lane',
    caughtBy: 1,
    edits: [
      edit(
        'src/core/release/walk.ts',
        'orderingKeyOf(json, orderingKeyPath, reading)',
        "orderingKeyOf(json, orderingKeyPath, 'double')",
      ),
    ],
  },
  {
    name: 'numbers are written as JavaScript writes them',
    breaks: 'R5',
    kind: longNumbers,
    shows: 'another text',
    caughtBy: 1,
    edits: [
      edit(
        'src/core/event/envelope.ts',
        "return typeof input === 'string' ? canonicalJson(input, envelope) : JSON.stringify(envelope);",
        'return JSON.stringify(envelope);',
      ),
    ],
  },
];

/** Stores first, reads the phase then, and marks the event if that shows that it was late. */
function marksLateAfterwards({ buffer, replays }: Stores, tables: Tables): EventBuffer {
  return {
    ...buffer,
    async put(key, event) {
      const outcome = await buffer.put(key, { ...event, late: false });
      const phase = (await replays.get(key.replay))?.phase;
      if (outcome !== 'stored' || phase === 'COLLECTING' || phase === 'INCOMPLETE') return outcome;
      const stored = tables.buffer.stored(key.replay).find(({ position }) => position === key.position);
      if (stored) stored.late = true;
      return outcome;
    },
  };
}
