import { OrderedReplayError } from '../errors';
import {
  IN_MEMORY_WAIT_MS,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_TAKE_MS,
  MAX_WAIT_MS,
  MIN_REMAINING_MS,
  MIN_REMAINING_TO_READ_MS,
  WAKE_EARLY_MS,
} from '../limits';
import { areSame, wishesOf } from '../replay/command';
import { needsTakeUp, planOf, takeUp } from '../replay/plan';
import { laneExpiresAtMs, retainedUntilMs } from '../replay/retention';
import type { ReplayRow, RowChanges } from '../replay/row';
import { selectionOf, setOf } from '../replay/run';
import { againAt, endFailed, failed, type RowInUse, type Step, type StepDeps } from '../replay/step';
import { appendDue, type DueEvent } from './append';
import { createLooks, type Looks } from './looks';
import { SealedSetReader } from './merge';
import { startWalk, type Walk } from './walk';

/**
 * Release: walks the sealed set in order, waits until each event is due and appends it to its lane.
 *
 * The set, its order and the due times are fixed by the row, so the walk is a function of its checkpoint: it may
 * crash anywhere, run twice at once or start again; the lanes come out the same (R4, R5). The checkpoint moves only
 * over events that are in their lanes (R1), and an event is taken only when the clock has reached its due time (R6).
 * What people wish meanwhile, the walk takes up between two events; it looks at least once a second (`looks.ts`).
 */
export async function releasing(row: ReplayRow, deps: StepDeps, inUse: RowInUse): Promise<Step> {
  const walk = startWalk(row);
  try {
    return restsPaused(row, deps) ?? (await release(row, walk, deps, inUse));
  } catch (error) {
    return failed(error, walk.progress());
  }
}

/** A run that is paused needs no look at its events until somebody wishes something else. */
function restsPaused(row: ReplayRow, deps: StepDeps): Step | undefined {
  const { pausedAtMs, taken } = planOf(row);
  const released = row.checkpoint?.released ?? 0;
  const isLeft = released !== row.collected;
  if (pausedAtMs === undefined || !isLeft || !areSame(taken, wishesOf(row.command))) return undefined;
  const nowMs = deps.clock.now();
  return isRetentionOver(row, deps, nowMs)
    ? endFailed(outlived(row, released))
    : againAt(nowMs + MAX_WAIT_MS);
}

async function release(row: ReplayRow, walk: Walk, deps: StepDeps, inUse: RowInUse): Promise<Step> {
  const { clock, buffer } = deps;
  const reader = new SealedSetReader(
    buffer,
    setOf(row),
    row.buckets,
    selectionOf(row),
    row.checkpoint?.position,
    () => deps.remainingMs() >= MIN_REMAINING_TO_READ_MS,
  );
  const looks = createLooks(clock, inUse, walk);
  for (;;) {
    if (reader.needsFill) await reader.fill();
    // For a look, and the save after it.
    if (reader.needsFill || deps.remainingMs() < MIN_REMAINING_MS) {
      return { kind: 'yield', changes: walk.progress() };
    }
    if (!(await looks.lookIfDue())) return { kind: 'moved', changes: walk.progress() };
    const next = reader.peek();
    const nowMs = clock.now();
    if (!next && walk.released === row.collected) return done(walk.progress(), nowMs);
    if (isRetentionOver(row, deps, nowMs)) return endFailed(outlived(row, walk.released), walk.progress());
    if (!next) return endFailed(mismatch(row, walk.released), walk.progress());
    const place = walk.placeOf(next);
    if (needsTakeUp(row, place)) {
      const progress = walk.progress();
      // When it is due by the new pace, the next save says.
      const next = { eventTimeMs: place.eventTimeMs };
      const changes = { ...progress, ...takeUp({ ...row, ...walk.reached() }, place, nowMs), next };
      return { ...againAt(nowMs, changes), reached: walk.checkpoint };
    }
    const { dueAtMs } = place;
    if (dueAtMs > nowMs) walk.awaits(place);
    if (dueAtMs > nowMs + IN_MEMORY_WAIT_MS) return againAt(wakeAt(dueAtMs, nowMs), walk.progress());
    if (deps.remainingMs() < MIN_REMAINING_MS + Math.max(0, dueAtMs - nowMs)) {
      return { kind: 'yield', changes: walk.progress() };
    }
    if (dueAtMs > nowMs) {
      await clock.sleep(Math.ceil(Math.min(dueAtMs, looks.dueAtMs) - nowMs));
      continue;
    }
    const batch = await takeDue(reader, walk, clock, looks);
    const stopped = await releaseDue(row, batch, walk, deps, looks);
    if (stopped) return stopped;
  }
}

/** @returns What ends the walk, if something does; the checkpoint is as far as it can be. */
async function releaseDue(
  row: ReplayRow,
  batch: DueEvent[],
  walk: Walk,
  deps: StepDeps,
  looks: Looks,
): Promise<Step | undefined> {
  let advanced = 0;
  const hasTime = () => deps.remainingMs() >= MIN_REMAINING_MS;
  const advance = (upTo: number) => {
    walk.advance(batch.slice(advanced, upTo));
    advanced = upTo;
  };
  const { upTo, failure } = await appendDue(deps.lanes, batch, {
    groupCount: deps.settings.groupCount,
    expiresAtMs: laneExpiresAtMs(row, deps.settings, deps.clock.now()),
    consumers: row.consumers,
    appended: (group) => {
      const atMs = deps.clock.now();
      const lagMs = atMs - (group[0] as DueEvent).dueAtMs;
      walk.appended(group.length, lagMs, atMs);
      deps.observer.appended(group.length, lagMs);
    },
    async goesOn(upTo) {
      advance(upTo);
      return hasTime() && (await looks.lookIfDue()) && hasTime();
    },
  });
  advance(upTo);
  if (failure) return failed(failure.error, walk.progress());
  if (looks.hasMoved) return { kind: 'moved', changes: walk.progress() };
  // The reader is beyond what was not appended, so another call has to read that again.
  // After a slow append there is time for one save, not for two.
  if (upTo < batch.length || !hasTime()) {
    return { kind: 'yield', changes: walk.progress() };
  }
  return undefined;
}

/**
 * The texts of a batch are all that is held inflated; an event that would be too much for it waits for the next. What was
 * taken waits neither for slow pages nor for reads that fail: the walk asks for them again after it.
 */
async function takeDue(
  reader: SealedSetReader,
  walk: Walk,
  clock: StepDeps['clock'],
  looks: Looks,
): Promise<DueEvent[]> {
  const batch: DueEvent[] = [];
  const nowMs = clock.now();
  const mayRead = async () =>
    batch.length === 0 || (clock.now() - nowMs < MAX_TAKE_MS && (await looks.lookIfDue()));
  let bytes = 0;
  while (batch.length < MAX_BATCH_EVENTS) {
    try {
      if (reader.needsFill && (await mayRead())) await reader.fill();
    } catch (error) {
      if (batch.length === 0) throw error;
      break;
    }
    const next = reader.needsFill ? undefined : reader.peek();
    if (!next) break;
    const place = walk.placeOf(next);
    if (place.dueAtMs > nowMs || walk.isHalted(place)) break;
    const json = next.json();
    bytes += Buffer.byteLength(json);
    if (bytes > MAX_BATCH_BYTES) break;
    batch.push(walk.take(next, json, place));
    reader.take();
  }
  return batch;
}

function wakeAt(dueAtMs: number, nowMs: number): number {
  return Math.min(dueAtMs - WAKE_EARLY_MS, nowMs + MAX_WAIT_MS);
}

/** From here on the buffer's items expire. */
function isRetentionOver(row: ReplayRow, { settings }: StepDeps, nowMs: number): boolean {
  return nowMs >= retainedUntilMs(row, settings);
}

/**
 * With an idle limit the length of a playback shows only as it goes, so a playback that takes too long stops here. What
 * has expired is not in the walk any more, so this is asked before it is believed that there is nothing left.
 */
function outlived({ replay, collected }: ReplayRow, released: number): OrderedReplayError {
  return new OrderedReplayError(
    'PlaybackOutlivesRetention',
    `${released} of ${collected} events were released, in order, when the time for which events are kept was over.`,
    {
      remedy: 'Replay the rest of the window under a new name, faster or with a shorter idle limit.',
      ids: { replay },
    },
  );
}

function done(changes: RowChanges, nowMs: number): Step {
  return { kind: 'end', phase: 'DONE', changes: { ...changes, doneAtMs: nowMs } };
}

/** The count taken at the seal and the count of the walk were made apart: where they differ, something is wrong. */
function mismatch({ replay, collected }: ReplayRow, released: number): OrderedReplayError {
  return new OrderedReplayError(
    'CountMismatch',
    `${collected} events were sealed and ${released} released.`,
    {
      remedy: 'What was released is in order; compare the buffer with the lanes before you rely on it.',
      ids: { replay },
    },
  );
}
