import { OrderedReplayError } from '../errors';
import { epochMsOf } from '../event/instant';
import { laneOf, orderingKeyOf } from '../event/ordering-key';
import { parsePosition } from '../event/position';
import {
  CHECKPOINT_EVERY_MS,
  IN_MEMORY_WAIT_MS,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_WAIT_MS,
  MIN_REMAINING_MS,
  MIN_REMAINING_TO_READ_MS,
  WAKE_EARLY_MS,
} from '../limits';
import type { BufferedEvent } from '../ports';
import { optionsInRow } from '../replay/options';
import { laneExpiresAtMs, retainedUntilMs } from '../replay/retention';
import type { Checkpoint, PacePoint, ReplayRow } from '../replay/row';
import { selectionOf, setOf } from '../replay/run';
import { againAt, endFailed, failed, type Save, type Step, type StepDeps } from '../replay/step';
import { appendDue, type DueEvent } from './append';
import { SealedSetReader } from './merge';
import { dueAt } from './pacing';

/**
 * Release: walks the sealed set in order, waits until each event is due and appends it to its lane.
 *
 * The set, its order and the due times are fixed by the row, so the walk is a function of its checkpoint: it may
 * crash anywhere, run twice at once or start again; the lanes come out the same (R4, R5). The checkpoint moves only
 * over events that are in their lanes (R1), and an event is taken only when the clock has reached its due time (R6).
 */
export async function releasing(row: ReplayRow, deps: StepDeps, save: Save): Promise<Step> {
  const walk = startWalk(row);
  try {
    return await release(row, walk, deps, save);
  } catch (error) {
    return failed(error, progress(walk.checkpoint));
  }
}

async function release(row: ReplayRow, walk: Walk, deps: StepDeps, save: Save): Promise<Step> {
  const { clock, buffer } = deps;
  const reader = new SealedSetReader(
    buffer,
    setOf(row),
    row.buckets,
    selectionOf(row),
    row.checkpoint?.position,
    () => deps.remainingMs() >= MIN_REMAINING_TO_READ_MS,
  );
  let savedAtMs = clock.now();
  for (;;) {
    if (reader.needsFill) await reader.fill();
    if (reader.needsFill) return { kind: 'yield', changes: progress(walk.checkpoint) };
    const next = reader.peek();
    const nowMs = clock.now();
    if (!next && walk.released === row.collected) return done(walk.checkpoint, nowMs);
    if (isRetentionOver(row, deps, nowMs)) {
      return endFailed(outlived(row, walk.released), progress(walk.checkpoint));
    }
    if (!next) return endFailed(mismatch(row, walk.released), progress(walk.checkpoint));
    const { dueAtMs } = walk.placeOf(next).point;
    if (dueAtMs > nowMs + IN_MEMORY_WAIT_MS)
      return againAt(wakeAt(dueAtMs, nowMs), progress(walk.checkpoint));
    if (deps.remainingMs() < MIN_REMAINING_MS + Math.max(0, dueAtMs - nowMs)) {
      return { kind: 'yield', changes: progress(walk.checkpoint) };
    }
    if (dueAtMs > nowMs) {
      await clock.sleep(Math.ceil(dueAtMs - nowMs));
      if (clock.now() - nowMs < CHECKPOINT_EVERY_MS) continue;
      // Somebody may have cancelled the replay meanwhile.
      if (!(await save({}))) return againAt(clock.now());
      continue;
    }
    const batch = await takeDue(reader, walk, clock, nowMs);
    const { upTo, failure } = await appendDue(deps.lanes, batch, {
      groupCount: deps.settings.groupCount,
      expiresAtMs: laneExpiresAtMs(row, deps.settings, nowMs),
      consumers: row.consumers,
      appended: (group) => {
        const writtenAtMs = clock.now();
        deps.observer.appended(group.length, writtenAtMs - (group[0] as DueEvent).dueAtMs);
      },
      hasTime: () => deps.remainingMs() >= MIN_REMAINING_MS,
    });
    const checkpoint = walk.advance(batch.slice(0, upTo));
    if (failure) return failed(failure.error, progress(checkpoint));
    // The reader is beyond what was not appended, so another call has to read that again.
    // After a slow append there is time for one save, not for two.
    if (upTo < batch.length || deps.remainingMs() < MIN_REMAINING_MS) {
      return { kind: 'yield', changes: progress(checkpoint) };
    }
    if (clock.now() - savedAtMs < CHECKPOINT_EVERY_MS) continue;
    savedAtMs = clock.now();
    if (!(await save({ checkpoint }))) return againAt(savedAtMs);
  }
}

/** What an event's position says to the walk. */
interface Place {
  tiebreaker: string;
  point: PacePoint;
}

/** The walk's only state: the checkpoint, and the pace point of the event that was taken last. */
function startWalk(row: ReplayRow) {
  const options = optionsInRow(row.options);
  const startMs = row.releaseStartedAtMs as number;
  let last: PacePoint | undefined = row.checkpoint;
  const walk = {
    checkpoint: row.checkpoint,
    get released(): number {
      return walk.checkpoint?.released ?? 0;
    },
    /** When the event that comes next is due, and its tiebreaker. */
    placeOf({ position }: BufferedEvent): Place {
      const { time, tiebreaker } = parsePosition(position);
      const eventTimeMs = epochMsOf(time);
      return { tiebreaker, point: { eventTimeMs, dueAtMs: dueAt(options, startMs, last, eventTimeMs) } };
    },
    take({ position, duplicates }: BufferedEvent, json: string, { tiebreaker, point }: Place): DueEvent {
      last = point;
      const lane = laneOf(row.replay, orderingKeyOf(json, options.orderingKeyPath));
      return { position, tiebreaker, json, lane, duplicates, ...point };
    },
    /** Called when events that come next are in their lanes. */
    advance(events: DueEvent[]): Checkpoint | undefined {
      const reached = events.at(-1);
      if (!reached) return walk.checkpoint;
      const { position, eventTimeMs, dueAtMs } = reached;
      walk.checkpoint = {
        position,
        eventTimeMs,
        dueAtMs,
        released: walk.released + events.length,
        duplicates: events.reduce(
          (sum, { duplicates }) => sum + duplicates,
          walk.checkpoint?.duplicates ?? 0,
        ),
      };
      return walk.checkpoint;
    },
  };
  return walk;
}

type Walk = ReturnType<typeof startWalk>;

/**
 * The texts of a batch are all that is held inflated; an event that would be too much for it waits for the next. What was
 * taken does not wait for slow pages: whoever gets no further than this call has saved it, and sees a cancellation.
 */
async function takeDue(
  reader: SealedSetReader,
  walk: Walk,
  clock: StepDeps['clock'],
  nowMs: number,
): Promise<DueEvent[]> {
  const batch: DueEvent[] = [];
  let bytes = 0;
  while (batch.length < MAX_BATCH_EVENTS) {
    if (reader.needsFill && batch.length > 0 && clock.now() - nowMs >= CHECKPOINT_EVERY_MS) break;
    try {
      if (reader.needsFill) await reader.fill();
    } catch (error) {
      if (batch.length === 0) throw error;
      // What was taken is due all the same; the walk asks again after it.
      break;
    }
    const next = reader.needsFill ? undefined : reader.peek();
    if (!next) break;
    const place = walk.placeOf(next);
    if (place.point.dueAtMs > nowMs) break;
    const json = next.json();
    bytes += Buffer.byteLength(json);
    if (bytes > MAX_BATCH_BYTES) break;
    batch.push(walk.take(next, json, place));
    reader.take();
  }
  return batch;
}

function progress(checkpoint: Checkpoint | undefined): { checkpoint?: Checkpoint } {
  return checkpoint ? { checkpoint } : {};
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

function done(checkpoint: Checkpoint | undefined, nowMs: number): Step {
  return { kind: 'end', phase: 'DONE', changes: { ...progress(checkpoint), doneAtMs: nowMs } };
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
