import type { Clock, EventBuffer, Replays, SequencerStarts } from '../core/ports';
import { allowedFor, type WishName, wishesOf } from '../core/replay/command';
import { invalidOption } from '../core/replay/options';
import { hasEnded, isOpen, type ReplayRow } from '../core/replay/row';
import { noRow } from '../core/replay/row-notice';
import { isRerun } from '../core/replay/run';
import type { AsSeen, CommandChanges, Commands, ReplayCancellation } from './ports';
import { lost, notYet, runEnded } from './refusals';
import { placeOfStep } from './step';
import { wake } from './wake';

export interface OperatorDeps {
  clock: Clock;
  replays: Pick<Replays, 'get'>;
  buffer: Pick<EventBuffer, 'read'>;
  commands: Commands;
  starts: SequencerStarts;
  cancellation: ReplayCancellation;
}

/** What was asked of a run. It is taken up when the row's `plan.taken` says the same, or the run has ended. */
export interface Asked {
  run: string;
  /** Epoch milliseconds. */
  askedAtMs: number;
  /** The row after that; absent where a replay was cancelled before any event of it came. */
  row?: ReplayRow;
  /** The generation that was started, because the sequencer would have seen it late. */
  started?: number;
}

const MOST_STEP_ATTEMPTS = 5;

/**
 * What a person can do to a run: each writes a wish into the row's `command`, and nothing else into the row, then wakes
 * the sequencer if it sleeps. The sequencer takes it up; while it is awake, that takes a second.
 *
 * All of them throw an OrderedReplayError: `ReplayNotFound` without a row, `RunEnded` where nothing can be asked any more.
 */
export function createCommands(deps: OperatorDeps) {
  const { clock, replays, commands, cancellation } = deps;

  async function rowOf(run: string): Promise<ReplayRow> {
    const row = await replays.get(run);
    if (!row) throw noRow(run);
    return row;
  }

  async function write(run: string, changes: CommandChanges, asSeen?: AsSeen): Promise<Asked | 'moved'> {
    demandAllowed(changes);
    const askedAtMs = clock.now();
    const outcome = await commands.write(run, changes, asSeen);
    if (outcome === 'moved') return outcome;
    if (outcome === 'noRow') throw noRow(run);
    const row = await rowOf(run);
    if (outcome === 'ended') throw runEnded(row);
    const started = await wake(row, deps);
    return { run, askedAtMs, row, ...(started !== undefined && { started }) };
  }

  const ask = async (run: string, changes: CommandChanges) => (await write(run, changes)) as Asked;

  return {
    /** Nothing more is released. */
    pause: (run: string) => ask(run, { paused: true, stepTo: undefined }),

    /** Goes on after a pause, whatever the reason of that. @param withoutDead Also without the dead letters, before the seal. */
    resume: (run: string, { withoutDead = false }: { withoutDead?: boolean } = {}) =>
      ask(run, {
        paused: undefined,
        stepTo: undefined,
        until: undefined,
        ...(withoutDead && { onMissing: 'continue' }),
      }),

    /** @param speed, idle As in a description: `10`, `max`; `5s`, `none`. One that is not given stays as it is. */
    speed: (
      run: string,
      { speed, idle }: { speed: string; idle?: string } | { speed?: string; idle: string },
    ) => ask(run, { ...(speed !== undefined && { speed }), ...(idle !== undefined && { idle }) }),

    /**
     * Goes on, and pauses before the first event beyond. A pause or a step is over with it.
     *
     * @param until A position, or a time, whose events are released still; `undefined` takes the breakpoint away.
     */
    until: (run: string, until: string | undefined) =>
      ask(run, until === undefined ? { until } : { until, paused: undefined, stepTo: undefined }),

    /**
     * Releases the next events at once, then pauses. Counts from the last event released, or from the end of a step that
     * is pending: of two people who step at once, one is refused.
     *
     * @throws OrderedReplayError `StepLost` where somebody stepped, or changed the pace, meanwhile; `StepTooEarly` before
     * the release; `RunEnded` where nothing is left.
     */
    async step(run: string, events = 1): Promise<Asked> {
      let row = await rowOf(run);
      const { planN, stepTo: pending } = seenIn(row);
      for (let attempt = 1; attempt <= MOST_STEP_ATTEMPTS; attempt++) {
        const stepTo = await placeOfStep(row, events, deps.buffer);
        const asked = await write(run, { stepTo, paused: true }, seenIn(row));
        if (asked !== 'moved') return asked;
        row = await rowOf(run);
        const seen = seenIn(row);
        // A run that is not paused goes on meanwhile: that is nobody's step.
        if (seen.planN !== planN || seen.stepTo !== pending) throw lost(row, events, stepTo);
      }
      throw lost(row, events);
    },

    /**
     * Ends the run for ever. Before COMPLETED also asks EventBridge to send no more, with the person's credentials, even
     * where the row has ended before; a rerun has nothing there.
     */
    async cancel(run: string): Promise<Asked> {
      const row = await replays.get(run);
      const askedAtMs = clock.now();
      if (row) {
        const hasEndedThere = row.completedAtMs !== undefined || isRerun(run);
        if (hasEnded(row.phase) && !hasEndedThere && (await cancellation.cancel(run)) === 'cancelled')
          return { run, askedAtMs, row };
        try {
          return await ask(run, { cancelled: true });
        } finally {
          // Also where no sequencer could be started, or the row has ended meanwhile.
          if (isOpen(row.phase) && row.completedAtMs === undefined) await cancellation.cancel(run);
        }
      }
      const outcome = await cancellation.cancel(run);
      if (outcome === 'unknown') throw noRow(run);
      if (outcome === 'over') throw notYet(run);
      return { run, askedAtMs };
    },
  };
}

/** A command that cannot be read would be ignored, and named in the row only a look later. */
function demandAllowed(changes: CommandChanges): void {
  for (const [name, value] of Object.entries(changes) as [WishName, unknown][]) {
    if (value === undefined || wishesOf({ [name]: value })[name] !== undefined) continue;
    throw invalidOption(name, String(value), allowedFor(name), 'Nothing was asked of the run.');
  }
}

function seenIn({ checkpoint, plan, command }: ReplayRow): AsSeen {
  return { checkpointPosition: checkpoint?.position, planN: plan?.n, stepTo: command?.stepTo };
}
