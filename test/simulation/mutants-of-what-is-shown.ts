import { commanded } from './kinds-of-commands';
import { edit, type Mutant } from './mutant';

const TALLY = 'src/core/release/tally.ts';
const MILESTONES = 'src/core/replay/milestones.ts';
const HISTORY_WRITER = 'src/core/replay/history-writer.ts';

/** What the row and the history tell people of a run. */
export const SHOWN_MUTANTS: Mutant[] = [
  {
    name: 'events that share a second are never ties',
    breaks: 'R5',
    shows: 'the tally is',
    caughtBy: 11,
    edits: [edit(TALLY, "return position.slice(0, position.lastIndexOf('#'));", 'return position;')],
  },
  {
    name: 'a tally begins anew in each call',
    breaks: 'R5',
    shows: 'the tally is',
    caughtBy: 1,
    edits: [edit(TALLY, '{ ...(checkpoint?.tally ?? NOTHING) }', '{ ...NOTHING }')],
  },
  {
    name: 'lanes are counted anew in each call',
    breaks: 'R5',
    shows: 'the tally is',
    caughtBy: 45,
    edits: [edit(TALLY, 'new DistinctCount(tally.laneSketch)', 'new DistinctCount()')],
  },
  {
    name: 'the first event of a call is never a tie',
    breaks: 'R5',
    shows: 'the tally is',
    caughtBy: 31,
    edits: [edit(TALLY, 'checkpoint && instantOf(checkpoint.position)', 'undefined as string | undefined')],
  },
  {
    name: 'only the event before says whether one came out of order',
    breaks: 'R5',
    shows: 'the tally is',
    caughtBy: 1,
    edits: [
      edit(
        TALLY,
        '    if (earlierMs <= 0) {\n',
        '    tally.latestReceivedAtMs = receivedAtMs;\n    if (earlierMs <= 0) {\n',
      ),
    ],
  },
  {
    name: 'what was taken up is told by the newest save alone',
    breaks: 'R7',
    shows: 'told nowhere',
    kind: commanded,
    caughtBy: 1,
    edits: [
      edit(
        MILESTONES,
        'row.takenUp?.filter(({ n }) => inHistory === undefined || n > inHistory) ?? []',
        '[] as TakenUp[]',
      ),
    ],
  },
  {
    name: 'a history is written over the one before',
    breaks: 'R7',
    shows: 'told nowhere',
    kind: commanded,
    caughtBy: 1,
    edits: [
      edit(
        HISTORY_WRITER,
        'mergeHistories(found ?? { points: [], takenUp: [] }, news)',
        'mergeHistories({ points: [], takenUp: [] }, news)',
      ),
    ],
  },
];
