import type { Definition, State } from './asl';
import { abortedWalk, refused, throttled } from './kinds';
import { edit, type Mutant } from './mutant';

/** The definition of `sequence` with one of its states changed. */
const withState =
  (name: string, change: (state: State) => State) =>
  (machine: Definition): Definition => ({
    ...machine,
    States: { ...machine.States, [name]: change(machine.States[name] as State) },
  });

/** Who goes on, and with what. */
export const SEQUENCER_MUTANTS: Mutant[] = [
  {
    name: 'a lease that is over when it begins',
    breaks: 'R7',
    shows: 'is over already',
    caughtBy: 4,
    edits: [
      edit(
        'src/core/replay/lease.ts',
        'const untilMs = started ? clock.now() + LEASE_GRACE_MS : clock.now();',
        'const untilMs = clock.now() - LEASE_GRACE_MS;',
      ),
    ],
  },
  {
    name: 'the next execution has the same generation',
    breaks: 'R7',
    caughtBy: 67,
    edits: [
      edit(
        'src/core/replay/call.ts',
        'const nextGeneration = Math.max(row?.generation ?? 0, generation) + 1;',
        'const nextGeneration = generation;',
      ),
    ],
  },
  {
    name: 'an execution never goes on as the next one',
    breaks: 'R7',
    caughtBy: 833,
    edits: [
      edit(
        'src/core/replay/call.ts',
        'if (iteration < MAX_ITERATIONS) return',
        'if (iteration < Number.POSITIVE_INFINITY) return',
      ),
    ],
  },
  {
    name: 'a long pause is not left to the state machine',
    breaks: 'R7',
    caughtBy: 64,
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
    caughtBy: 41,
    edits: [
      edit('src/core/replay/sequence.ts', 'await replays.save(replay, life, guardAsRead(row, guard));', ''),
    ],
  },
  {
    name: 'a sequencer does not look at the row again',
    breaks: 'R7',
    kind: abortedWalk,
    caughtBy: 3,
    edits: [edit('src/core/release/looks.ts', 'hasMoved ||= !isSame;\n    return isSame;', 'return true;')],
  },
  {
    name: 'a call that still runs saves over the mark of an abort',
    breaks: 'R7',
    shows: 'that was aborted goes on',
    kind: abortedWalk,
    caughtBy: 3,
    edits: [edit('src/core/replay/row-save.ts', '    abortedGeneration: row.abortedGeneration,\n', '')],
  },
  {
    name: 'a call that reads of an abort goes on',
    breaks: 'R7',
    shows: 'that was aborted goes on',
    kind: abortedWalk,
    caughtBy: 3,
    edits: [
      edit(
        'src/core/replay/sequence.ts',
        'return isAborted(row) && generation <= row.generation;',
        'return false;',
      ),
    ],
  },
  {
    name: 'an execution whose calls are throttled fails',
    breaks: 'R7',
    shows: 'because its calls were throttled',
    kind: throttled,
    caughtBy: 1,
    bendMachine: withState('ForwardDueEvents', (state) => ({ ...state, Catch: state.Catch?.slice(1) ?? [] })),
  },
  {
    name: 'a name that is used up is taken for an execution that goes on',
    breaks: 'R7',
    shows: 'and none is there',
    kind: throttled,
    caughtBy: 1,
    bendMachine: withState('NameIsUsedUp', (state) => ({ ...state, Choices: [], Default: 'Done' })),
  },
  {
    name: 'a service that is unavailable is a failure',
    breaks: 'R7',
    shows: 'because a service was unavailable',
    caughtBy: 31,
    edits: [edit('src/core/replay/sequence.ts', 'if (!isUnavailable(error)) throw error;', 'throw error;')],
  },
  {
    name: 'the waits for a service do not grow',
    breaks: 'R7',
    shows: 'it did not come further',
    caughtBy: 24,
    edits: [edit('src/core/replay/backoff.ts', 'Math.max(2 * lastMs, MIN_BACKOFF_MS)', 'MIN_BACKOFF_MS')],
  },
  {
    name: 'the waits for a service do not shrink when a call comes further',
    breaks: 'R7',
    shows: 'it came further',
    kind: refused,
    caughtBy: 7,
    edits: [
      edit(
        'src/core/replay/row-in-use.ts',
        'if (saved && hasComeFurther(changes, row)) delete call.backoffMs;',
        '',
      ),
      edit(
        'src/core/replay/sequence.ts',
        "if (step.kind !== 'yield' || hasComeFurther(step.changes, row)) delete call.backoffMs;",
        '',
      ),
    ],
  },
];
