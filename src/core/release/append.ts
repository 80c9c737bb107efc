import { APPEND_CONCURRENCY, MAX_APPEND_BYTES } from '../limits';
import type { LaneEvent, Lanes } from '../ports';

/** A due event on its way into a lane. */
export interface DueEvent extends LaneEvent {
  lane: string;
  dueAtMs: number;
}

export interface AppendTerms {
  groupCount: number;
  expiresAtMs: number;
  /** Told of each group that this call wrote, not of those that were there before. */
  appended(group: DueEvent[]): void;
}

/**
 * Appends due events, given in order, to their lanes: the lanes side by side, each lane's groups one after the
 * other (R2).
 */
export async function appendDue(lanes: Lanes, due: DueEvent[], terms: AppendTerms): Promise<void> {
  const queue = [...groupByLane(due).entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) await appendToLane(lanes, ...next, terms);
  };
  await Promise.all(Array.from({ length: Math.min(APPEND_CONCURRENCY, queue.length) }, worker));
}

/**
 * R3, R4: an append that is refused says where the lane is; what is there already is left out and the rest goes on.
 * A refusal covers at least the first event, so this ends.
 */
async function appendToLane(
  lanes: Lanes,
  lane: string,
  events: DueEvent[],
  terms: AppendTerms,
): Promise<void> {
  let rest = events;
  while (rest.length > 0) {
    const group = rest.slice(0, groupLength(rest, terms.groupCount));
    const outcome = await lanes.append(lane, group, terms.expiresAtMs);
    if (outcome === 'appended') {
      terms.appended(group);
      rest = rest.slice(group.length);
    } else {
      rest = rest.filter((event) => event.position > outcome.alreadyAt);
    }
  }
}

/** Group commit: as many events as fit a count and a size; a larger event goes alone. */
function groupLength(events: DueEvent[], groupCount: number): number {
  const limit = Math.min(groupCount, events.length);
  let bytes = 0;
  for (let length = 0; length < limit; length++) {
    bytes += Buffer.byteLength((events[length] as DueEvent).json);
    if (bytes > MAX_APPEND_BYTES) return Math.max(1, length);
  }
  return limit;
}

function groupByLane(due: DueEvent[]): Map<string, DueEvent[]> {
  const byLane = new Map<string, DueEvent[]>();
  for (const event of due) {
    const lane = byLane.get(event.lane);
    if (lane) lane.push(event);
    else byLane.set(event.lane, [event]);
  }
  return byLane;
}
