import { OrderedReplayError } from '../errors';
import { demandRoom, isReplayName, parseEvent, type ReplayedEvent } from '../event/envelope';
import { ROW_RETENTION_MS } from '../limits';
import type { BufferKey, Clock, EventBuffer, Replays, SequencerStarts } from '../ports';
import { ensureSequencer } from '../replay/lease';
import { retentionMsOf } from '../replay/retention';
import { isOpen, type ReplayRow } from '../replay/row';
import { rowNotReadable } from '../replay/row-notice';
import { hasBegun, problemWith, readAt } from '../replay/row-problems';
import type { Settings } from '../settings';
import { markArrival } from './arrival-mark';
import { bucketOf, positionOf } from './place';

/**
 * Collect: writes each replayed event once to the buffer and sees to it that a sequencer runs.
 *
 * - R1: an event is stored before anything else is decided about it; what cannot be stored is thrown back to the
 *   caller, whose road ends in the dead-letter queue. That it came is marked in the row, from which the seal counts.
 * - R5: where an event is stored depends on the event alone.
 * - R6: the phase is read *before* the put. A put made in the belief that the replay is still collecting happens
 *   within `phaseCacheMs + collectTimeoutMs` of that read, which is what the dwell after the seal waits for.
 * - R7: every delivery, also of a duplicate or of an event that is refused, ends by ensuring a sequencer.
 */

/**
 * - `late`: held, and counted by this delivery in the row, whether it has stored the event or found it uncounted.
 * - `held`: by a replay that was CANCELLED or FAILED, whose row does not count it.
 */
export type CollectOutcome = 'collected' | 'duplicate' | 'late' | 'held';

export interface CollectDeps {
  clock: Clock;
  buffer: EventBuffer;
  replays: Replays;
  starts: SequencerStarts;
  settings: Settings;
}

export interface Collected {
  outcome: CollectOutcome;
  replay: string;
  eventId: string;
  position: string;
}

/**
 * Makes the function that collects one event (a parsed envelope or its JSON text).
 *
 * It remembers each replay's row for `phaseCacheMs`, so a busy collector does not read it for every event.
 *
 * @throws OrderedReplayError with disposition `park` for an event that can never be collected, `retry` where the
 * deadline passed first. Whatever else the ports throw means: try again.
 */
export function createCollector(deps: CollectDeps): (input: unknown) => Promise<Collected> {
  const { clock, buffer, replays, settings } = deps;
  const cache = new Map<string, { row: ReplayRow; readAtMs: number }>();

  async function currentRow(replay: string): Promise<ReplayRow> {
    const cached = cache.get(replay);
    const nowMs = clock.now();
    if (cached && nowMs - cached.readAtMs < settings.phaseCacheMs) return cached.row;
    forgetOlderThan(nowMs - settings.phaseCacheMs);
    const found = await replays.get(replay);
    const row = asRead(found && hasBegun(found) ? found : await createRow(replay, nowMs));
    remember(row, nowMs);
    return row;
  }

  /** As the sequencer reads it: what would stop that one stops this one, too. */
  function asRead(row: ReplayRow): ReplayRow {
    return readAt(row, clock.now());
  }

  async function readAgain(replay: string): Promise<ReplayRow | undefined> {
    const nowMs = clock.now();
    const found = await replays.get(replay);
    const row = found && asRead(found);
    if (row) remember(row, nowMs);
    return row;
  }

  /** @param readAtMs Before the read, so that a slow answer makes the entry older, never younger. */
  function remember(row: ReplayRow, readAtMs: number): void {
    const newer = cache.get(row.replay);
    if (!newer || newer.readAtMs <= readAtMs) cache.set(row.replay, { row, readAtMs });
  }

  /**
   * So that the next event here does not read the row again for a mark that this one wrote. Only forward: what was left
   * over of an earlier call may end after a newer mark was read.
   */
  function rememberMark(replay: string, writtenMs: number): void {
    const cached = cache.get(replay);
    if (!cached) return;
    const lastArrivalAtMs = Math.max(writtenMs, cached.row.lastArrivalAtMs ?? writtenMs);
    cache.set(replay, { ...cached, row: { ...cached.row, lastArrivalAtMs } });
  }

  function forgetOlderThan(atMs: number): void {
    for (const [name, { readAtMs }] of cache) if (readAtMs <= atMs) cache.delete(name);
  }

  function createRow(replay: string, nowMs: number): Promise<ReplayRow> {
    return replays.create({
      replay,
      phase: 'COLLECTING',
      generation: 1,
      command: {},
      buckets: settings.buckets,
      tiebreaker: settings.tiebreaker,
      tiebreakerType: settings.tiebreakerType,
      createdAtMs: nowMs,
      retainedUntilMs: nowMs + settings.retentionMs,
      lastArrivalAtMs: nowMs,
      late: 0,
      expiresAtMs: nowMs + ROW_RETENTION_MS,
    });
  }

  async function store(event: ReplayedEvent, row: ReplayRow, key: BufferKey): Promise<CollectOutcome> {
    const late = !isOpen(row.phase);
    const nowMs = clock.now();
    const put = await buffer.put(key, {
      json: event.json,
      late,
      receivedAtMs: nowMs,
      expiresAtMs: nowMs + retentionMsOf(row, settings),
    });
    if (put === 'stored') {
      return late ? countLate(key, row) : 'collected';
    }
    await buffer.addDuplicate(key);
    // Counted after it was stored, so a crash between the two leaves it to the retry, which comes by here; and as the
    // last thing, so that what the row counts is told.
    const isUncounted = put.existing.late && !put.existing.lateCounted;
    if (isUncounted && (await countLate(key, row)) === 'late') return 'late';
    return 'duplicate';
  }

  async function countLate(key: BufferKey, row: ReplayRow): Promise<'late' | 'held'> {
    // A replay that ended badly may have all its events still to come: one row could not count them.
    const isCounted = row.phase !== 'CANCELLED' && row.phase !== 'FAILED';
    if (isCounted) {
      // Nothing can be added to a text. The delivery that comes again finds the event uncounted, and counts it then.
      demandReadable(row, ['late']);
      await replays.addLate(row.replay);
    }
    await buffer.markLateCounted(key);
    return isCounted ? 'late' : 'held';
  }

  /** R7: the replay has to say that it is incomplete, even if it has no other event. */
  async function refuse(error: unknown, row: ReplayRow): Promise<never> {
    await ensureSequencer(row, deps);
    throw error;
  }

  /** What is no event may yet name its replay. */
  async function parse(input: unknown): Promise<ReplayedEvent> {
    try {
      return parseEvent(input);
    } catch (error) {
      const replay = error instanceof OrderedReplayError ? error.ids.replay : undefined;
      if (replay === undefined || !isReplayName(replay)) throw error;
      return refuse(error, await currentRow(replay));
    }
  }

  async function handle(event: ReplayedEvent, row: ReplayRow, deadlineMs: number): Promise<Collected> {
    let key: BufferKey;
    try {
      key = keyOf(event, row);
    } catch (error) {
      return refuse(error, row);
    }
    if (clock.now() >= deadlineMs) throw deadlineExceeded(event);
    const outcome = await store(event, row, key);
    const ensured = asRead(await ensureSequencer(row, deps));
    const cached = cache.get(event.replay);
    if (cached?.row === row) cache.set(event.replay, { ...cached, row: ensured });
    return { outcome, replay: event.replay, eventId: event.id, position: key.position };
  }

  return async (input) => {
    const arrivedAtMs = clock.now();
    const event = await parse(input);
    const { replay } = event;
    const known = cache.get(replay)?.row;
    const row = await currentRow(replay);
    const handled = handle(event, row, arrivedAtMs + settings.collectTimeoutMs);
    const arrival = { eventId: event.id, arrivedAtMs, row, isJustRead: row !== known, handled };
    // Beside the put; awaited, so that nothing dangles when the environment is frozen.
    await markArrival(arrival, {
      ...deps,
      readAgain: () => readAgain(replay),
      marked: (lastArrivalAtMs) => rememberMark(replay, lastArrivalAtMs),
    });
    return handled;
  };
}

/** Without these nobody can say where an event belongs, nor whether it is late: it comes again later. */
const NEEDED = [
  'phase',
  'buckets',
  'tiebreaker',
  'tiebreakerType',
  'createdAtMs',
  'retainedUntilMs',
] as const;

function demandReadable(row: ReplayRow, keys: readonly (keyof ReplayRow)[]): void {
  const problem = problemWith(row, keys);
  if (problem) throw rowNotReadable(row.replay, problem);
}

/** @throws OrderedReplayError for an event that has no place in the buffer. */
function keyOf(event: ReplayedEvent, row: ReplayRow): BufferKey {
  demandReadable(row, NEEDED);
  demandRoom(event);
  const position = positionOf(event, row);
  return { replay: event.replay, bucket: bucketOf(event.id, row.buckets), position };
}

function deadlineExceeded(event: ReplayedEvent): OrderedReplayError {
  return new OrderedReplayError(
    'CollectDeadlineExceeded',
    `Reading the phase of replay ${event.replay} took until the deadline; storing the event now could miss the seal.`,
    { remedy: 'Nothing was stored; try again.', ids: { replay: event.replay, eventId: event.id } },
  );
}
