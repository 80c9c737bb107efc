import { abortedWalk } from './kinds';
import { edit, type Mutant } from './mutant';

const HEAL = 'src/core/replay/heal.ts';
const RESTARTS = 'src/core/replay/restarts.ts';
const ABORTED = "if (ended ? ended.aborted : status === 'aborted') return saveAbort(row, generation, deps);";
const LOOK = 'return !isAborted(row) && (row.leaseUntilMs === undefined || row.leaseUntilMs <= nowMs);';

/** Who takes the place of a sequencer that has died, and who does not. */
export const HEALER_MUTANTS: Mutant[] = [
  {
    name: 'the healer ignores the lease',
    breaks: 'R7',
    shows: 'is named while another is alive',
    caughtBy: 131,
    edits: [edit(HEAL, LOOK, 'return !isAborted(row);')],
  },
  {
    name: 'the healer takes every lease for alive',
    breaks: 'R7',
    shows: 'and nobody goes on',
    caughtBy: 177,
    edits: [edit(HEAL, LOOK, 'return !isAborted(row) && row.leaseUntilMs === undefined;')],
  },
  {
    name: 'the healer never looks at a row without a lease',
    breaks: 'R7',
    shows: 'and nobody goes on',
    caughtBy: 209,
    edits: [edit(HEAL, LOOK, 'return !isAborted(row) && (row.leaseUntilMs ?? nowMs + 1) <= nowMs;')],
  },
  {
    name: 'the healer does not ask what became of the execution',
    breaks: 'R7',
    shows: 'revives one that was aborted',
    caughtBy: 4,
    edits: [edit(HEAL, ABORTED, 'if (ended?.aborted) return saveAbort(row, generation, deps);')],
  },
  {
    name: 'the healer takes an abort that it is told of for a failure',
    breaks: 'R7',
    shows: 'revives one that was aborted',
    caughtBy: 2,
    edits: [
      edit(HEAL, ABORTED, "if (!ended && status === 'aborted') return saveAbort(row, generation, deps);"),
    ],
  },
  {
    name: 'the healer forgets an abort',
    breaks: 'R7',
    shows: 'that was aborted goes on',
    kind: abortedWalk,
    caughtBy: 3,
    edits: [
      edit(
        RESTARTS,
        'return { generation, abortedGeneration: generation, warnings };',
        'return { generation, warnings };',
      ),
    ],
  },
  {
    name: 'the healer leaves an abort alone and says nothing',
    breaks: 'R7',
    shows: 'the row does not say so',
    caughtBy: 2,
    edits: [edit(HEAL, ABORTED, ABORTED.replace(/return .*/, "return { outcome: 'leftAlone', replay };"))],
  },
  {
    name: 'an abort that is told twice is written twice',
    breaks: 'R7',
    shows: 'a person is called',
    kind: abortedWalk,
    caughtBy: 27,
    edits: [edit(HEAL, 'if (isKnown || (', 'if ((')],
  },
  {
    name: 'the healer starts a generation without naming it',
    breaks: 'R7',
    caughtBy: 394,
    edits: [
      edit(
        HEAL,
        'const named: RowChanges = { ...counted, generation, leaseUntilMs: undefined };',
        'const named: RowChanges = { ...counted, leaseUntilMs: undefined };',
      ),
    ],
  },
  {
    name: 'the healer acts on an event of an old generation',
    breaks: 'R7',
    caughtBy: 1193,
    edits: [edit(HEAL, '(ended ? row.generation > ended.generation :', '(ended ? false :')],
  },
  {
    name: 'a name that is used up ends the healing',
    breaks: 'R7',
    shows: 'and nobody goes on',
    caughtBy: 209,
    edits: [
      edit(
        HEAL,
        "    return { outcome: 'started', replay };\n  }\n  return replace(row, generation + 1, deps);",
        "    return { outcome: 'started', replay };\n  }\n  return { outcome: 'leftAlone', replay };",
      ),
    ],
  },
  {
    name: 'the delay between restarts never grows',
    breaks: 'R7',
    shows: 'all in vain',
    caughtBy: 394,
    edits: [edit(RESTARTS, 'FIRST_RESTART_DELAY_MS * 2 ** (restarts - 1)', 'FIRST_RESTART_DELAY_MS')],
  },
  {
    name: 'restarts are counted for ever',
    breaks: 'R7',
    shows: 'restarts',
    caughtBy: 70,
    edits: [
      edit(
        'src/core/replay/row-in-use.ts',
        'isProgress(stored, all, isCompleted) ? forgetRestarts(row) : {}',
        '{}',
      ),
    ],
  },
];
