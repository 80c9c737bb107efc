import { OrderedReplayError } from '../errors';
import { DAY_MS, MAX_RETENTION_MS } from '../limits';
import type { Settings } from '../settings';
import { compileOptions, type OptionTexts, optionsInRow } from './options';
import { paceTexts, planOf } from './plan';
import type { ReplayRow, Warning } from './row';

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

/** A person who paused a run is warned so long before it would be too late. */
const WARNED_BEFORE_MS = DAY_MS;

/** Said while what is left of a release may take longer than its events are kept, or soon would after a pause. */
export function lateToResume(row: ReplayRow, nowMs: number): Warning | undefined {
  const { phase, retainedUntilMs } = row;
  if (phase !== 'RELEASING' || retainedUntilMs === undefined) return undefined;
  const isPaused = planOf(row).pausedAtMs !== undefined;
  const latestMs = retainedUntilMs - leftMs(row);
  if (nowMs + (isPaused ? WARNED_BEFORE_MS : 0) <= latestMs) return undefined;
  const until = new Date(retainedUntilMs).toISOString();
  const resume = isPaused ? `Resume before ${new Date(latestMs).toISOString()}, or raise` : 'Raise';
  const message =
    `What is left may take longer than its events are kept, until ${until}. ` +
    `${resume} command.speed, or lower command.idle.`;
  return { code: 'PlaybackOutlivesRetention', message };
}

/** The longest that the rest can take at the pace that is wished; beyond the longest retention it is too long anyway. */
function leftMs(row: ReplayRow): number {
  const { window, checkpoint, collected = 0 } = row;
  const left = collected - (checkpoint?.released ?? 0);
  // No pause at all is not "none of those without a limit".
  if (!window || left <= 0) return 0;
  const { speed, idleMs } = optionsInRow(paceTexts(planOf(row).taken, row.options));
  const gapsMs = Math.max(0, window.toMs - (checkpoint?.eventTimeMs ?? window.fromMs)) / speed;
  const pausesMs = left * idleMs;
  return Math.min(gapsMs, pausesMs, MAX_RETENTION_MS);
}
