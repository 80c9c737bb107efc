import { hasOrderingKey } from '../event/ordering-key';
import type { Checkpoint, Tally } from '../replay/row';
import type { DueEvent } from './append';
import { DistinctCount } from './distinct';

/**
 * What is counted of the events that are in their lanes. It follows from the set alone and is part of the checkpoint, so
 * whoever dies or comes second, it is counted once (R5).
 *
 * Where a checkpoint has none, as in a row that was written before it was counted, it stays unknown.
 */
export function startTally(checkpoint: Checkpoint | undefined) {
  const isKnown = !checkpoint || checkpoint.tally !== undefined;
  const before = checkpoint?.tally ?? NOTHING;
  const lanes = new DistinctCount(before.laneSketch);
  let tally: Tally = before;
  let last = checkpoint?.position;

  function addEvent({ position, lane, receivedAtMs }: DueEvent): void {
    const isTie = last !== undefined && instantOf(last) === instantOf(position);
    lanes.add(lane);
    tally = {
      ...tally,
      ...arrivalsWith(tally, receivedAtMs),
      ties: tally.ties + (isTie ? 1 : 0),
      keyed: tally.keyed + (hasOrderingKey(lane) ? 1 : 0),
    };
    last = position;
  }

  return {
    /** @param events Those that come next in the order, all of them. */
    add(events: DueEvent[]): { tally?: Tally } {
      if (!isKnown) return {};
      for (const event of events) addEvent(event);
      tally = { ...tally, lanes: lanes.count, laneSketch: lanes.text };
      return { tally };
    },
  };
}

const NOTHING: Tally = { ties: 0, outOfOrder: 0, farthestMs: 0, keyed: 0, lanes: 0, laneSketch: '' };

function arrivalsWith(
  { outOfOrder, farthestMs, latestReceivedAtMs }: Tally,
  receivedAtMs: number | undefined,
): Partial<Tally> {
  if (receivedAtMs === undefined) return {};
  const earlierMs = (latestReceivedAtMs ?? receivedAtMs) - receivedAtMs;
  if (earlierMs <= 0) return { latestReceivedAtMs: receivedAtMs };
  return { outOfOrder: outOfOrder + 1, farthestMs: Math.max(farthestMs, earlierMs) };
}

/** Time and tiebreaker of a position: what orders events. The id after them only tells them apart. */
function instantOf(position: string): string {
  return position.slice(0, position.lastIndexOf('#'));
}
