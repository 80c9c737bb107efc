import { OrderedReplayError } from '../errors';
import { DAY_MS } from '../limits';
import type { Settings } from '../settings';
import { compileOptions, type OptionTexts } from './options';
import type { ReplayRow } from './row';

/** Until when the events of this replay are kept; from then on some of them may be missing. */
export function retainedUntilMs(row: ReplayRow, settings: Settings): number {
  return row.retainedUntilMs ?? row.createdAtMs + settings.retentionMs;
}

/** For how long each event of this replay is kept: the stack's retention when the row was made. */
export function retentionMsOf(row: ReplayRow, settings: Settings): number {
  return retainedUntilMs(row, settings) - row.createdAtMs;
}

/**
 * R3, R4: a lane's item is the fence of its run, which goes on until the events' time is over; the stack's retention may
 * have become shorter than that.
 */
export function laneExpiresAtMs(row: ReplayRow, settings: Settings, nowMs: number): number {
  return Math.max(nowMs + settings.retentionMs, retainedUntilMs(row, settings));
}

/**
 * Buffered events must outlive their playback. How long that takes is only known without a limit on pauses.
 *
 * @param terms The span of event times, for how long they are kept, and what to do where that is not long enough.
 * @throws OrderedReplayError `PlaybackOutlivesRetention`
 */
export function demandRetention(
  texts: OptionTexts,
  { replay, spanMs, keptMs, remedy }: { replay: string; spanMs: number; keptMs: number; remedy: string },
): void {
  const { speed, idleMs } = compileOptions(texts, remedy);
  const playbackMs = spanMs / speed;
  if (idleMs !== Number.POSITIVE_INFINITY || playbackMs < keptMs) return;
  const days = (ms: number) => (ms / DAY_MS).toFixed(1);
  throw new OrderedReplayError(
    'PlaybackOutlivesRetention',
    `At speed=${texts.speed} the window takes up to ${days(playbackMs)} days; events are kept for ${days(keptMs)}.`,
    { remedy, ids: { replay } },
  );
}
