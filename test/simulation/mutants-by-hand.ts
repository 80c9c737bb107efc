import { refusedOnly, typedWalk, unknownPhase } from './kinds';
import { edit, type Mutant } from './mutant';

/** What people type, and what they deploy: the row says so, and nothing is lost by it. */
export const HAND_MUTANTS: Mutant[] = [
  {
    name: 'an unknown phase is taken for collecting',
    breaks: 'R7',
    kind: unknownPhase,
    caughtBy: 1,
    edits: [
      edit(
        'src/core/replay/row-rules.ts',
        'holds: (value) => (PHASES as readonly unknown[]).includes(value),',
        'holds: () => true,',
      ),
    ],
  },
  {
    name: 'the row does not say what in it cannot be read',
    breaks: 'R7',
    shows: 'the row does not say so',
    caughtBy: 25,
    edits: [edit('src/core/replay/row-in-use.ts', '        ...noticeOf(asSaved, nowMs, row),\n', '')],
  },
  {
    name: 'a replay goes on with what is left of its row',
    breaks: 'R6',
    shows: 'is nonsense',
    caughtBy: 200,
    edits: [
      edit(
        'src/core/replay/sequence.ts',
        'if (isStopped(row)) return againAt(nowMs + READ_ROW_EVERY_MS);',
        '',
      ),
    ],
  },
  {
    name: 'a walk does not look at the row again',
    breaks: 'R6',
    shows: 'is nonsense',
    kind: typedWalk,
    caughtBy: 1,
    edits: [
      edit(
        'src/core/replay/row-in-use.ts',
        '(await saveOnTheWay(changes)) && clock.now() < readAtMs + READ_ROW_EVERY_MS,',
        'saveOnTheWay(changes),',
      ),
    ],
  },
  {
    name: 'a guard names what could not be read',
    breaks: 'R7',
    shows: 'the row does not say so',
    caughtBy: 280,
    edits: [
      edit(
        'src/core/replay/row-problems.ts',
        'if (unread.size === 0) return guard;',
        'if (unread.size >= 0) return guard;',
      ),
    ],
  },
  {
    name: 'an event is stored by a row that cannot be read',
    breaks: 'contract',
    caughtBy: 184,
    edits: [edit('src/core/collect/collect.ts', '  demandReadable(row, NEEDED);', '')],
  },
  {
    name: 'a row that somebody made before is not completed',
    breaks: 'R7',
    caughtBy: 97,
    edits: [
      edit(
        'src/core/replay/row-problems.ts',
        "return problemWith(row, ['createdAtMs'])?.is !== 'missing';",
        'return row !== undefined;',
      ),
    ],
  },
  {
    name: 'events are kept for as long as the stack says today',
    breaks: 'R5',
    shows: 'sealed without',
    caughtBy: 145,
    edits: [
      edit(
        'src/core/replay/retention.ts',
        'return row.retainedUntilMs ?? row.createdAtMs + settings.retentionMs;',
        'return row.createdAtMs + settings.retentionMs;',
      ),
    ],
  },
  {
    name: 'an event that is none makes no row',
    breaks: 'R7',
    shows: 'there is no row',
    kind: refusedOnly,
    caughtBy: 2,
    edits: [
      edit(
        'src/core/collect/collect.ts',
        'if (replay === undefined || !isReplayName(replay)) throw error;',
        'throw error;',
      ),
    ],
  },
];
