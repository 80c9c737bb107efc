import { laneOf, orderingKeyOf } from '../event/ordering-key';
import { timeOf } from '../event/position';
import {
  CHECKPOINT_EVERY_MS,
  IN_MEMORY_WAIT_MS,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_WAIT_MS,
  MIN_REMAINING_MS,
  WAKE_EARLY_MS,
} from '../limits';
import type { Checkpoint, ReplayRow, RowChanges, RowGuard } from '../ports';
import { compileOptions, type ReplayOptions } from '../replay/options';
import type { SequenceDeps, Step } from '../replay/sequence';
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
export async function releasing(
  row: ReplayRow,
  deps: SequenceDeps,
  signOfLife: () => RowChanges,
): Promise<Step> {
  const { clock, buffer } = deps;
  const walk = startWalk(row);
  const reader = new SealedSetReader(buffer, row.replay, row.buckets, row.checkpoint?.position);
  let savedAtMs = clock.now();
  /** False where the row has moved on: cancelled, finished or checkpointed further by another, or taken over. */
  const save = (changes: RowChanges, guard: RowGuard): Promise<boolean> =>
    deps.replays.save(
      row.replay,
      { ...changes, ...signOfLife() },
      { phase: 'RELEASING', generation: row.generation, ...guard },
    );
  for (;;) {
    if (reader.needsFill) await reader.fill();
    const next = reader.peek();
    if (!next) return finish(row, walk.checkpoint, clock.now());
    const dueAtMs = walk.due(next.position);
    const nowMs = clock.now();
    if (nowMs >= row.createdAtMs + deps.settings.retentionMs) return outlived(row, walk.checkpoint);
    if (dueAtMs > nowMs + IN_MEMORY_WAIT_MS) return pause(walk.checkpoint, wakeAt(dueAtMs, nowMs));
    if (deps.remainingMs() < MIN_REMAINING_MS + Math.max(0, dueAtMs - nowMs)) {
      return { ...pause(walk.checkpoint, nowMs), yields: true };
    }
    if (dueAtMs > nowMs) {
      await clock.sleep(Math.ceil(dueAtMs - nowMs));
      if (clock.now() - nowMs < CHECKPOINT_EVERY_MS) continue;
      // Somebody may have cancelled the replay meanwhile.
      if (!(await save({}, {}))) return { changes: {}, resumeAtMs: clock.now() };
      continue;
    }
    const batch = await takeDue(reader, walk, nowMs);
    await appendDue(deps.lanes, batch, {
      groupCount: deps.settings.groupCount,
      expiresAtMs: nowMs + deps.settings.retentionMs,
      appended: (group) => {
        const writtenAtMs = clock.now();
        deps.observer.appended(group.length, writtenAtMs - (group[0] as DueEvent).dueAtMs);
      },
    });
    const checkpoint = walk.advance(batch);
    if (clock.now() - savedAtMs < CHECKPOINT_EVERY_MS) continue;
    savedAtMs = clock.now();
    if (!(await save({ checkpoint }, { checkpointUpTo: checkpoint.position }))) {
      return { changes: {}, resumeAtMs: savedAtMs };
    }
  }
}

/** The walk's only state: the checkpoint, and the pace point of the events taken since. */
function startWalk(row: ReplayRow) {
  const options: ReplayOptions = compileOptions(row.options as NonNullable<ReplayRow['options']>);
  const startMs = row.releaseStartedAtMs as number;
  const walk = {
    checkpoint: row.checkpoint,
    last: row.checkpoint as { eventTimeMs: number; dueAtMs: number } | undefined,
    duplicates: row.checkpoint?.duplicates ?? 0,
    due: (position: string) => dueAt(options, startMs, walk.last, timeOf(position)),
    take(position: string, json: string, duplicates: number): DueEvent {
      const eventTimeMs = timeOf(position);
      const dueAtMs = dueAt(options, startMs, walk.last, eventTimeMs);
      walk.last = { eventTimeMs, dueAtMs };
      walk.duplicates += duplicates;
      return {
        position,
        json,
        dueAtMs,
        lane: laneOf(row.replay, orderingKeyOf(json, options.orderingKeyPath)),
      };
    },
    /** Called when the batch is in its lanes. */
    advance(batch: DueEvent[]): Checkpoint {
      walk.checkpoint = {
        ...(walk.last as { eventTimeMs: number; dueAtMs: number }),
        position: (batch.at(-1) as DueEvent).position,
        released: (walk.checkpoint?.released ?? 0) + batch.length,
        duplicates: walk.duplicates,
      };
      return walk.checkpoint;
    },
  };
  return walk;
}

type Walk = ReturnType<typeof startWalk>;

async function takeDue(reader: SealedSetReader, walk: Walk, nowMs: number): Promise<DueEvent[]> {
  const batch: DueEvent[] = [];
  let bytes = 0;
  while (batch.length < MAX_BATCH_EVENTS && bytes < MAX_BATCH_BYTES) {
    if (reader.needsFill) await reader.fill();
    const next = reader.peek();
    if (!next || walk.due(next.position) > nowMs) break;
    batch.push(walk.take(next.position, next.json, next.duplicates));
    bytes += next.json.length;
    reader.take();
  }
  return batch;
}

function pause(checkpoint: Checkpoint | undefined, resumeAtMs: number): Step {
  return { changes: { ...(checkpoint && { checkpoint }) }, resumeAtMs };
}

function wakeAt(dueAtMs: number, nowMs: number): number {
  return Math.min(dueAtMs - WAKE_EARLY_MS, nowMs + MAX_WAIT_MS);
}

/**
 * From here on the buffer's items expire. With an idle limit the length of a playback shows only as it goes, so this is
 * where one that takes too long stops, before anything is missing.
 */
function outlived(row: ReplayRow, checkpoint: Checkpoint | undefined): Step {
  const reason =
    `PlaybackOutlivesRetention: ${checkpoint?.released ?? 0} of ${row.collected} events were released, in order, when ` +
    'the time for which events are kept was over. Replay the rest of the window under a new name, faster or with a ' +
    'shorter idle limit.';
  return { changes: { phase: 'FAILED', reason, ...(checkpoint && { checkpoint }) }, resumeAtMs: 0 };
}

/** The count taken at the seal and the count of the walk were made apart: where they differ, something is wrong. */
function finish(row: ReplayRow, checkpoint: Checkpoint | undefined, nowMs: number): Step {
  const released = checkpoint?.released ?? 0;
  if (released === row.collected) {
    return {
      changes: { phase: 'DONE', ...(checkpoint && { checkpoint }), doneAtMs: nowMs },
      resumeAtMs: nowMs,
    };
  }
  const reason =
    `CountMismatch: ${row.collected} events were sealed and ${released} released. ` +
    'What was released is in order; compare the buffer with the lanes before you rely on it.';
  return { changes: { phase: 'FAILED', reason, ...(checkpoint && { checkpoint }) }, resumeAtMs: nowMs };
}
