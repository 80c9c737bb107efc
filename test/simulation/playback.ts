import type { Settings } from '../../src/core/settings';

/** How a replay is to be played back, as the tests decide it. */
export interface Playback {
  speed: number;
  idleMs: number;
  /** Each `key` is a lane of its own. */
  byKey: boolean;
  /** The `sequence` orders within one second. */
  bySequence: boolean;
}

/** The stack's settings for a playback. */
export function settingsOf({ bySequence }: Playback): Pick<Settings, 'tiebreaker'> {
  return { tiebreaker: bySequence ? 'detail.sequence' : '' };
}

/** A description as somebody would type it. */
export function descriptionOf({ speed, idleMs, byKey }: Playback): string {
  const words = [
    `speed=${speed === Number.POSITIVE_INFINITY ? 'max' : speed}`,
    `idle=${idleMs === Number.POSITIVE_INFINITY ? 'none' : `${idleMs}ms`}`,
    `orderingKey=${byKey ? 'detail.orderId' : 'none'}`,
  ];
  return words.join(' ');
}
