import { OrderedReplayError } from '../core/errors';
import { MAX_START_ATTEMPTS, MINUTE_MS } from '../core/limits';
import type { Clock, SequencerStarts } from '../core/ports';
import type { ReplayRow } from '../core/replay/row';

/** One that looks again so soon need not be woken. */
const SOON_MS = 2_000;
/** One that was to look so long ago does not: somebody has aborted it, or it has died. */
const OVERDUE_MS = MINUTE_MS;

/**
 * Starts the next sequencer of a run where the one that there is would see a command late: it sleeps, or is dead. It
 * names itself in the row, and the one that sleeps finds that when it wakes, and ends. One that is awake looks at the
 * row within a second, so nobody is started beside it.
 *
 * @returns The generation that was started, if one was.
 * @throws OrderedReplayError `SequencerNotStarted` where several names in a row are used up, or the start fails.
 */
export async function wake(
  row: ReplayRow,
  { clock, starts }: { clock: Clock; starts: SequencerStarts },
): Promise<number | undefined> {
  const { replay, resumeAtMs, heartbeatAtMs } = row;
  const nowMs = clock.now();
  // Nobody has looked yet: whoever made the row has it started, or the healer does.
  if (resumeAtMs === undefined || heartbeatAtMs === undefined) return undefined;
  const isAsleep = resumeAtMs > nowMs + SOON_MS;
  const isDead = Math.max(resumeAtMs, heartbeatAtMs) < nowMs - OVERDUE_MS;
  if (!isAsleep && !isDead) return undefined;
  const first = row.generation + 1;
  try {
    for (let generation = first; generation < first + MAX_START_ATTEMPTS; generation++) {
      if ((await starts.start({ replay, generation })) === 'started') return generation;
    }
  } catch (cause) {
    // What was asked stands, whatever is wrong with the start.
    throw notStarted(replay, `Step Functions answered ${(cause as Error).name}.`, cause);
  }
  throw notStarted(replay, `${MAX_START_ATTEMPTS} names in a row are used up.`);
}

function notStarted(replay: string, why: string, cause?: unknown): OrderedReplayError {
  return new OrderedReplayError('SequencerNotStarted', `No sequencer of ${replay} could be started: ${why}`, {
    remedy: 'What was asked stands in the row; the sequencer that sleeps takes it up within five minutes.',
    ids: { replay },
    cause,
  });
}
