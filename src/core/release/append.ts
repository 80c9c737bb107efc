import { APPEND_CONCURRENCY, MAX_APPEND_BYTES } from '../limits';
import type { LaneEvent, Lanes } from '../ports';

/** A due event on its way into a lane. */
export interface DueEvent extends LaneEvent {
  lane: string;
  /** Its own time, and when it is due: epoch milliseconds. */
  eventTimeMs: number;
  dueAtMs: number;
  /** Deliveries beyond the first. */
  duplicates: number;
}

export interface AppendTerms {
  groupCount: number;
  expiresAtMs: number;
  /** Those that the run is for; absent where it is for all. */
  consumers?: readonly string[] | undefined;
  /** Told of each group that this call wrote, not of those that were there before. */
  appended(group: DueEvent[]): void;
  /** False once there is no time for another append. */
  hasTime(): boolean;
}

/** How far a batch has come. */
export interface Appended {
  /** So many events from the beginning of the batch are in their lanes (R1). Later ones may be too. */
  upTo: number;
  /** The first append that failed, if one did. */
  failure?: { error: unknown };
}

/**
 * Appends due events, given in order, to their lanes: the lanes side by side, those with the earliest events first, and
 * each lane's groups one after the other (R2).
 *
 * When an append fails or the time is up, no other is begun, and those under way are awaited. So nothing goes on after
 * this call has ended, and what came into the lanes need not be done again.
 */
export async function appendDue(lanes: Lanes, due: DueEvent[], terms: AppendTerms): Promise<Appended> {
  const byLane = groupByLane(due);
  /** Of each lane that is not done, the first event that is not in it. */
  const missing = new Set<DueEvent>();
  const queue = byLane.entries();
  let failure: Appended['failure'];
  const worker = async (): Promise<void> => {
    for (const [lane, events] of queue) {
      let rest = events;
      try {
        while (rest.length > 0 && !failure && terms.hasTime()) {
          rest = await appendGroup(lanes, lane, rest, terms);
        }
      } catch (error) {
        failure ??= { error };
      }
      if (rest[0]) missing.add(rest[0]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(APPEND_CONCURRENCY, byLane.size) }, worker));
  const firstMissing = due.findIndex((event) => missing.has(event));
  return { upTo: firstMissing < 0 ? due.length : firstMissing, ...(failure && { failure }) };
}

/**
 * R3, R4: an append that is refused says where the lane is; what is there already is left out and the rest goes on.
 * A refusal covers at least the first event, so this ends.
 *
 * @returns what is not in the lane yet.
 */
async function appendGroup(
  lanes: Lanes,
  lane: string,
  rest: DueEvent[],
  terms: AppendTerms,
): Promise<DueEvent[]> {
  const group = rest.slice(0, groupLength(rest, terms.groupCount));
  const outcome = await lanes.append(lane, group, terms.expiresAtMs, terms.consumers);
  if (outcome !== 'appended') return rest.filter((event) => event.position > outcome.alreadyAt);
  terms.appended(group);
  return rest.slice(group.length);
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
