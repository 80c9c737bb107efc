import { edit, type Mutant } from './mutant';

const RUN = 'src/core/replay/run.ts';
const MAY_RUN = 'src/operator/may-run.ts';
const RERUN = 'src/operator/rerun.ts';

/** Running a set again. */
export const RUN_MUTANTS: Mutant[] = [
  {
    name: 'a rerun of late events waits out no dwell',
    breaks: 'R1',
    shows: 'is in no lane of',
    caughtBy: 1397,
    edits: [edit(RUN, "set !== undefined && include === 'sealed' ?", 'set !== undefined ?')],
  },
  {
    name: "a rerun's count is that of its set",
    breaks: 'R1',
    where: (_, { reruns }) => reruns.length > 0,
    caughtBy: 26,
    edits: [
      edit(RERUN, '    requestId,\n    buckets,', '    requestId, collected: set.collected,\n    buckets,'),
      edit(
        'src/core/seal/seal.ts',
        'collected: counting.reduce(',
        'collected: row.collected ?? counting.reduce(',
      ),
    ],
  },
  {
    name: 'a rerun reads the set of its own name',
    breaks: 'R1',
    shows: 'is in no lane of',
    caughtBy: 26,
    edits: [edit(RUN, 'return set ?? replay;', 'return replay;')],
  },
  {
    name: 'a late run goes on after one that was cancelled',
    breaks: 'R1',
    shows: 'leave out',
    caughtBy: 1344,
    edits: [edit(MAY_RUN, "phase !== 'DONE' ||", '!hasEnded(phase) ||')],
  },
  {
    name: 'a late run goes on after one that was for a part, or for others',
    breaks: 'R1',
    shows: 'leave out',
    caughtBy: 226,
    edits: [
      edit(
        MAY_RUN,
        "(include === 'late' || include === 'all') && isWhole && isForThem;",
        "include === 'late' || include === 'all';",
      ),
    ],
  },
  {
    name: 'each late run begins with the first late event',
    breaks: 'R4',
    shows: 'is in the late runs',
    caughtBy: 226,
    edits: [
      edit(MAY_RUN, 'return before.length === 0 ? undefined : Math.max(...before);', 'return undefined;'),
    ],
  },
  {
    name: 'a late run does not wait for the one before it',
    breaks: 'R4',
    shows: 'is in the late runs',
    caughtBy: 508,
    edits: [edit(MAY_RUN, '  if (underWay) {', '  if (underWay && false) {')],
  },
  {
    name: 'a run of all takes what came late when it has nothing else',
    breaks: 'R1',
    caughtBy: 493,
    edits: [
      edit(
        'src/core/release/merge.ts',
        'if (bucket.head && (!least?.head || bucket.head.position < least.head.position)) least = bucket;',
        'if (bucket.head && (!least?.head || (bucket.head.late === least.head.late ? bucket.head.position < least.head.position : least.head.late))) least = bucket;',
      ),
    ],
  },
  {
    name: 'the place that a run begins from is not in it',
    breaks: 'R1',
    shows: 'is in no lane of',
    caughtBy: 27,
    edits: [edit(RUN, 'after === undefined ? from :', 'after === undefined ? from && justAfter(from) :')],
  },
  {
    name: 'the place that a run begins after is in it',
    breaks: 'R6',
    shows: 'it was not in the sealed set',
    caughtBy: 91,
    edits: [
      edit(
        RUN,
        'const first = after === undefined ? from : justAfter(after);',
        'const first = after ?? from;',
      ),
    ],
  },
  {
    name: 'the place that a run ends before is in it',
    breaks: 'R6',
    shows: 'it was not in the sealed set',
    caughtBy: 50,
    edits: [edit(RUN, '{ last: justBefore(to) }', '{ last: to }')],
  },
  {
    name: 'two who ask at once make one run',
    breaks: 'R4',
    shows: 'is made twice',
    caughtBy: 50,
    bendTables: (tables) => ({
      ...tables,
      replays: {
        ...tables.replays,
        async add(row) {
          tables.replays.type(row);
          return true;
        },
      },
    }),
  },
  {
    name: 'who asks does not know their own row when its answer was lost',
    breaks: 'R4',
    shows: 'is made for who has asked',
    caughtBy: 591,
    edits: [edit(RERUN, 'run.requestId === requestId', 'run.requestId === undefined')],
  },
  {
    name: 'who asks again with the name gets another run',
    breaks: 'R4',
    shows: 'is made for who has asked',
    caughtBy: 91,
    edits: [
      edit(RERUN, ': reruns[wanted.n - FIRST_RERUN];', ': undefined;'),
      edit(RERUN, 'if (n !== undefined && n !== next) {', 'if (n === -1) {'),
    ],
  },
  {
    name: 'a lane does not say which consumers it is for',
    breaks: 'consumer',
    shows: 'is for all',
    caughtBy: 37,
    edits: [edit('src/core/release/release.ts', '    consumers: row.consumers,\n', '')],
  },
  {
    name: 'the consumer handles what is for others',
    breaks: 'consumer',
    shows: 'is for search',
    caughtBy: 37,
    edits: [
      edit(
        'src/consumer/ordered-replay.ts',
        '!consumers || (consumer !== undefined && consumers.includes(consumer));',
        'true;',
      ),
    ],
  },
];
