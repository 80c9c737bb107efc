import {
  cancelledByTool,
  commanded,
  commandedAtTheStart,
  commandedInAStorm,
  commandedTwice,
  pacedByTwo,
  pausedInALongBatch,
  steppedByTwo,
  stoppedInALongBatch,
} from './kinds-of-commands';
import { edit, type Mutant } from './mutant';

const PLAN = 'src/core/replay/plan.ts';
const SAVE = 'src/core/replay/row-save.ts';
const SEQUENCE = 'src/core/replay/sequence.ts';
const TOOL = 'src/operator/commands.ts';
const RELEASE = 'src/core/release/release.ts';

/** What people wish: taken up once, as it is written, soon, and without a change of what is due. */
export const COMMAND_MUTANTS: Mutant[] = [
  {
    name: 'a save does not demand the plan that was read',
    breaks: 'R6',
    kind: commandedTwice,
    caughtBy: 2,
    edits: [edit(SAVE, '    planN: row.plan?.n,\n', '')],
  },
  {
    name: 'a save does not demand the command that was read',
    breaks: 'R7',
    shows: 'and the row wishes',
    kind: commanded,
    caughtBy: 12,
    edits: [edit(SAVE, '    commandAsRead: row.command ?? {},\n', '')],
  },
  {
    name: 'a take-up that has no checkpoint does not demand that there is none',
    breaks: 'R6',
    kind: commandedAtTheStart,
    caughtBy: 196,
    edits: [edit(SAVE, '    ...(plan && !checkpoint && { hasNoCheckpoint: true }),\n', '')],
  },
  {
    name: 'a take-up counts from a checkpoint that another sequencer has moved on',
    breaks: 'R1',
    shows: 'goes back',
    kind: commandedAtTheStart,
    caughtBy: 48,
    edits: [edit(SAVE, '...(checkpoint && {', '...(checkpoint && !plan && {')],
  },
  {
    name: 'a save does not demand that the checkpoint is no further',
    breaks: 'R1',
    shows: 'goes back',
    kind: commandedInAStorm,
    caughtBy: 24,
    edits: [edit(SAVE, '    ...(checkpoint && { checkpointUpTo: checkpoint.position }),\n', '')],
  },
  {
    name: 'a save that is refused forgets how far the call has come',
    breaks: 'R7',
    shows: 'were released before it',
    kind: commanded,
    caughtBy: 3,
    edits: [edit(SEQUENCE, 'if (reached) call.unsaved = { checkpoint: reached, of: row };', '')],
  },
  {
    name: 'a take-up that is refused leaves its times',
    breaks: 'R6',
    kind: pacedByTwo,
    caughtBy: 14,
    edits: [
      edit(
        RELEASE,
        'return { ...againAt(nowMs, changes), reached: walk.checkpoint };',
        'return againAt(nowMs, changes);',
      ),
    ],
  },
  {
    name: 'a pause takes up the pace',
    breaks: 'R6',
    kind: commanded,
    caughtBy: 6,
    edits: [
      edit(
        PLAN,
        'if (isHalted(taken, next)) return { plan: { ...running, n, taken, pausedAtMs } };',
        'if (isHalted(taken, next)) return { plan: { ...running, ...paceTexts(taken, row.options), n, taken, pausedAtMs } };',
      ),
    ],
  },
  {
    name: 'the wait that is left when a run is paused counts from its end',
    breaks: 'R6',
    kind: commanded,
    caughtBy: 1,
    edits: [
      edit(PLAN, 'checkpoint.dueAtMs + oldStepMs - pausedAtMs)', 'checkpoint.dueAtMs + oldStepMs - nowMs)'),
    ],
  },
  {
    name: 'the wait that is left at a take-up keeps its length',
    breaks: 'R6',
    kind: commanded,
    caughtBy: 7,
    edits: [edit(PLAN, '(restMs * newStepMs) / oldStepMs', 'Math.min(restMs, newStepMs)')],
  },
  {
    name: 'what is overdue at a take-up is due when it was',
    breaks: 'R6',
    kind: commanded,
    caughtBy: 23,
    edits: [
      edit(
        PLAN,
        'Math.max(0, checkpoint.dueAtMs + oldStepMs - pausedAtMs)',
        'checkpoint.dueAtMs + oldStepMs - pausedAtMs',
      ),
    ],
  },
  {
    name: 'people always start the next generation',
    breaks: 'R6',
    shows: 'after the run was paused',
    kind: pausedInALongBatch,
    caughtBy: 4,
    edits: [edit('src/operator/wake.ts', 'if (!isAsleep && !isDead) return undefined;', '')],
  },
  {
    name: 'a step demands the checkpoint alone',
    breaks: 'R7',
    shows: 'to step the tool writes',
    kind: steppedByTwo,
    caughtBy: 2,
    edits: [
      edit(
        TOOL,
        'const asked = await write(run, { stepTo, paused: true }, seenIn(row));',
        `const { checkpointPosition } = seenIn(row);
        const asked = await write(run, { stepTo, paused: true }, { ...seenIn(await rowOf(run)), checkpointPosition });`,
      ),
    ],
  },
  {
    name: 'people never start the next generation',
    breaks: 'R7',
    shows: 'after a command by tool',
    kind: commanded,
    caughtBy: 1,
    edits: [edit('src/operator/wake.ts', 'if (!isAsleep && !isDead) return undefined;', 'return undefined;')],
  },
  {
    name: 'the tool resumes, and leaves the breakpoint',
    breaks: 'R7',
    shows: 'the tool writes',
    kind: commanded,
    caughtBy: 1,
    edits: [edit(TOOL, '        until: undefined,\n        ...(withoutDead', '        ...(withoutDead')],
  },
  {
    name: 'who cancels a run does not stop EventBridge',
    breaks: 'R7',
    shows: 'sends on',
    kind: cancelledByTool,
    caughtBy: 11,
    edits: [
      edit(
        TOOL,
        'if (isOpen(row.phase) && row.completedAtMs === undefined) await cancellation.cancel(run);',
        '',
      ),
    ],
  },
  {
    name: 'until stops before its own event',
    breaks: 'R7',
    kind: commanded,
    caughtBy: 1,
    edits: [edit('src/core/event/bounds.ts', 'position > justAfter(bound)', 'position >= bound')],
  },
  {
    name: 'until lets the next event through',
    breaks: 'R6',
    kind: commanded,
    caughtBy: 13,
    edits: [
      edit(
        RELEASE,
        'if (place.dueAtMs > nowMs || walk.isHalted(place)) break;',
        'if (place.dueAtMs > nowMs || (batch.length === 0 && walk.isHalted(place))) break;',
      ),
    ],
  },
  {
    name: 'a step does not pause where it ends',
    breaks: 'R6',
    kind: commanded,
    caughtBy: 11,
    edits: [
      edit(
        PLAN,
        'if (stepTo !== undefined) return isBeyond(next.position, stepTo);',
        'if (stepTo !== undefined) return false;',
      ),
    ],
  },
  {
    name: 'a step waits for the pace',
    breaks: 'R7',
    kind: commanded,
    caughtBy: 3,
    edits: [
      edit(
        'src/core/release/walk.ts',
        'isStepped ? Math.min(paceMs, plan.atMs) : paceMs',
        'isStepped ? paceMs : paceMs',
      ),
    ],
  },
  {
    name: 'a run that is paused is not looked at for an hour',
    breaks: 'R7',
    shows: 'after a command by hand',
    kind: commanded,
    caughtBy: 13,
    edits: [edit(RELEASE, ': againAt(nowMs + MAX_WAIT_MS);', ': againAt(nowMs + 12 * MAX_WAIT_MS);')],
  },
  {
    name: 'what was wished before the seal is forgotten',
    breaks: 'R7',
    kind: commanded,
    caughtBy: 1,
    edits: [
      edit(
        SEQUENCE,
        'return { ...step, changes: { ...takeUpBeforeRelease(row, step.changes, nowMs), ...step.changes } };',
        'return { ...step, changes: { ...takeUpBeforeRelease({ ...row, command: {} }, step.changes, nowMs), ...step.changes } };',
      ),
    ],
  },
  {
    name: 'a cancellation is not seen while the set is counted',
    breaks: 'R7',
    shows: 'has cancelled',
    kind: commanded,
    caughtBy: 171,
    edits: [
      edit(
        SEQUENCE,
        'if (wishesOf(row.command).cancelled) return cancelled();',
        "if (wishesOf(row.command).cancelled && row.phase !== 'SEALED') return cancelled();",
      ),
    ],
  },
  {
    name: 'a field that means nothing is ignored in silence',
    breaks: 'R7',
    shows: 'nobody says so',
    kind: commanded,
    caughtBy: 7,
    edits: [
      edit('src/core/replay/row-problems.ts', 'return withProblemsOfCommand(without(', 'return (without('),
    ],
  },
  {
    name: 'a field that means nothing stops the run',
    breaks: 'R7',
    kind: commanded,
    caughtBy: 27,
    edits: [edit('src/core/replay/row-problems.ts', 'stops: false, ...rest', 'stops: true, ...rest')],
  },
  {
    name: 'nobody looks at the row between the groups of an append',
    breaks: 'R7',
    kind: stoppedInALongBatch,
    caughtBy: 2,
    edits: [edit(RELEASE, 'hasTime() && (await looks.lookIfDue()) && hasTime()', 'hasTime()')],
  },
];
