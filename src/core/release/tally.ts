import { hasOrderingKey } from '../event/ordering-key';
import { kindOfTiebreaker } from '../event/tiebreaker-types';
import type { Checkpoint, Tally } from '../replay/progress';
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
  const tally: Tally = { ...(checkpoint?.tally ?? NOTHING) };
  const lanes = new DistinctCount(tally.laneSketch);
  const kinds = new Set(tally.kinds);
  const looksAtKinds = tally.kinds !== undefined;
  let last = checkpoint && instantOf(checkpoint.position);

  function addEvent({ position, tiebreaker, lane, receivedAtMs }: DueEvent): void {
    const instant = instantOf(position);
    if (instant === last) tally.ties++;
    last = instant;
    lanes.add(lane);
    if (tiebreaker !== '') kinds.add(kindOfTiebreaker(tiebreaker));
    if (hasOrderingKey(lane)) tally.keyed++;
    if (receivedAtMs !== undefined) addArrival(receivedAtMs);
  }

  function addArrival(receivedAtMs: number): void {
    const earlierMs = (tally.latestReceivedAtMs ?? receivedAtMs) - receivedAtMs;
    if (earlierMs <= 0) {
      tally.latestReceivedAtMs = receivedAtMs;
    } else {
      tally.outOfOrder++;
      tally.farthestMs = Math.max(tally.farthestMs, earlierMs);
    }
  }

  return {
    /** @param events Those that come next in the order, all of them. */
    add(events: DueEvent[]): { tally?: Tally } {
      if (!isKnown) return {};
      for (const event of events) addEvent(event);
      if (looksAtKinds) tally.kinds = [...kinds].sort().join('');
      return { tally: { ...tally, lanes: lanes.count, laneSketch: lanes.text } };
    },
  };
}

const NOTHING: Tally = {
  ties: 0,
  outOfOrder: 0,
  farthestMs: 0,
  keyed: 0,
  kinds: '',
  lanes: 0,
  laneSketch: '',
};

/** Time and tiebreaker of a position: what orders events. The id after them only tells them apart. */
function instantOf(position: string): string {
  return position.slice(0, position.lastIndexOf('#'));
}
