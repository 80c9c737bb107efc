import { OrderedReplayError } from '../core/errors';
import type { ReplayRow } from '../core/replay/row';

/* Why nothing was asked of a run. */

const NOTHING_ASKED = 'Nothing was asked of it.';

export function runEnded({ replay, phase }: ReplayRow): OrderedReplayError {
  return new OrderedReplayError('RunEnded', `${replay} is ${phase}, for ever.`, {
    remedy: `${NOTHING_ASKED} Run its set again, or start another replay.`,
    ids: { replay },
  });
}

export function nothingLeft({ replay, collected, checkpoint }: ReplayRow): OrderedReplayError {
  const { released = 0 } = checkpoint ?? {};
  const message =
    released === collected
      ? `All ${collected} events of ${replay} are released.`
      : `After ${released} of ${collected} events of ${replay}, a step to the last one is under way.`;
  return new OrderedReplayError('RunEnded', message, {
    remedy: `${NOTHING_ASKED} Run its set again to step through it.`,
    ids: { replay },
  });
}

/** It was cancelled there before, or all is sent and no event has come yet. */
export function notYet(replay: string): OrderedReplayError {
  return new OrderedReplayError(
    'ReplayNotFound',
    `EventBridge sends no more of ${replay}, and there is no row of it yet.`,
    {
      remedy: `${NOTHING_ASKED} If it is CANCELLED there, nothing is left to do. If it is COMPLETED there, cancel it again when its first event has come.`,
      ids: { replay },
    },
  );
}

export function tooEarly({ replay, phase }: ReplayRow): OrderedReplayError {
  return new OrderedReplayError(
    'StepTooEarly',
    `${replay} is ${phase}: which events come first is known when its release begins.`,
    { remedy: `${NOTHING_ASKED} Pause it now, and step when it is paused.`, ids: { replay } },
  );
}

/** @param stepTo The place that was asked for. DynamoDB cannot say whose it is where an answer was lost. */
export function lost(
  { replay, checkpoint, command }: ReplayRow,
  events: number,
  stepTo?: string,
): OrderedReplayError {
  const { released = 0 } = checkpoint ?? {};
  if (stepTo !== undefined && command?.stepTo === stepTo) {
    return new OrderedReplayError(
      'StepLost',
      `A step to the same event of ${replay} stands in its row: somebody stepped first, or it is yours and its answer was lost.`,
      {
        remedy: 'Its events are released once. Look where it stands before you step again.',
        ids: { replay },
      },
    );
  }
  return new OrderedReplayError(
    'StepLost',
    `Somebody stepped first, or changed the pace. ${replay} stands after ${released} events; your ${events} were not released.`,
    { remedy: 'Look where it stands, then step again.', ids: { replay } },
  );
}
