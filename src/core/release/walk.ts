import { isBeyond } from '../event/bounds';
import { epochMsOf } from '../event/instant';
import { laneOf, orderingKeyOf } from '../event/ordering-key';
import { parsePosition } from '../event/position';
import { readingBy } from '../event/tiebreaker';
import type { BufferedEvent } from '../ports';
import { optionsInRow } from '../replay/options';
import { dueAt } from '../replay/pacing';
import { isHalted, type NextEvent, paceOf, planOf } from '../replay/plan';
import type { Checkpoint, PacePoint } from '../replay/progress';
import type { ReplayRow, RowChanges } from '../replay/row';
import type { DueEvent } from './append';
import { startMeter } from './meter';
import { startTally } from './tally';

/** What the row and an event's position say of it. */
export interface Place extends NextEvent, PacePoint {
  tiebreaker: string;
}

/**
 * The walk's only state: the checkpoint, and the pace point of the event that was taken last. What it shows beside, the
 * next event and what is measured, decides nothing.
 */
export function startWalk(row: ReplayRow) {
  const { orderingKeyPath } = optionsInRow(row.options);
  const reading = readingBy(row);
  const plan = planOf(row);
  const pace = paceOf(plan);
  const { stepTo } = plan.taken;
  const startMs = row.releaseStartedAtMs as number;
  const tally = startTally(row.checkpoint);
  const meter = startMeter(row);
  let next = row.next;
  let last: PacePoint | undefined = row.checkpoint;
  const walk = {
    checkpoint: row.checkpoint,
    get released(): number {
      return walk.checkpoint?.released ?? 0;
    },
    /** A step is due at its take-up; the pace goes on from there. */
    placeOf({ position }: BufferedEvent): Place {
      const { time, tiebreaker } = parsePosition(position);
      const eventTimeMs = epochMsOf(time);
      const paceMs = dueAt(pace, startMs, last, eventTimeMs);
      const isStepped = stepTo !== undefined && !isBeyond(position, stepTo);
      const dueAtMs = isStepped ? Math.min(paceMs, plan.atMs) : paceMs;
      return { position, tiebreaker, eventTimeMs, dueAtMs };
    },
    isHalted: (next: NextEvent): boolean => isHalted(plan.taken, next),
    /** The event that comes next is this one, and it is not due yet. */
    awaits({ eventTimeMs, dueAtMs }: Place): void {
      next = { eventTimeMs, dueAtMs: Math.round(dueAtMs) };
    },
    take({ duplicates, receivedAtMs }: BufferedEvent, json: string, place: Place): DueEvent {
      last = place;
      next = undefined;
      const lane = laneOf(row.replay, orderingKeyOf(json, orderingKeyPath, reading));
      const { position, tiebreaker, eventTimeMs, dueAtMs } = place;
      return { position, tiebreaker, eventTimeMs, dueAtMs, json, lane, duplicates, receivedAtMs };
    },
    /** Called when events that come next are in their lanes. */
    advance(events: DueEvent[]): void {
      const reached = events.at(-1);
      if (!reached) return;
      const { position, eventTimeMs, dueAtMs } = reached;
      const before = walk.checkpoint?.duplicates ?? 0;
      walk.checkpoint = {
        position,
        eventTimeMs,
        dueAtMs,
        released: walk.released + events.length,
        duplicates: events.reduce((sum, { duplicates }) => sum + duplicates, before),
        ...tally.add(events),
      };
    },
    appended: meter.appended,
    reached: (): { checkpoint?: Checkpoint } => (walk.checkpoint ? { checkpoint: walk.checkpoint } : {}),
    /** What a save keeps of it. */
    progress: (): Pick<RowChanges, 'checkpoint' | 'next' | 'lag' | 'rate'> => ({
      ...walk.reached(),
      ...meter.readings(),
      next,
    }),
  };
  return walk;
}

export type Walk = ReturnType<typeof startWalk>;
