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
  receivedAtMs?: number | undefined;
}

export interface AppendTerms {
  groupCount: number;
  expiresAtMs: number;
  /** Those that the run is for; absent where it is for all. */
  consumers?: readonly string[] | undefined;
  /** Told of each group that this call wrote, not of those that were there before. */
  appended(group: DueEvent[]): void;
  /**
   * Asked before each append: false once none may begin any more, or a promise of that.
   *
   * @param upTo So many events from the beginning of the batch are in their lanes.
   */
  goesOn(upTo: number): boolean | Promise<boolean>;
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
 * When an append fails or none may begin any more, those under way are awaited. So nothing goes on after this call has
 * ended, and what came into the lanes need not be done again.
 */
export async function appendDue(lanes: Lanes, due: DueEvent[], terms: AppendTerms): Promise<Appended> {
  const byLane = lanesOf(due);
  const reached = new Reached(due.length);
  const queue = byLane.entries();
  let failure: Appended['failure'];
  let isStopped = false;
  const mayAppend = async (): Promise<boolean> => {
    isStopped ||= failure !== undefined || !(await terms.goesOn(reached.upTo));
    // Another append may have failed while this one waited for the answer.
    return !isStopped && failure === undefined;
  };
  const worker = async (): Promise<void> => {
    for (const [lane, numbers] of queue) {
      let rest = numbers;
      try {
        while (rest.length > 0 && (await mayAppend())) {
          const left = await appendGroup(lanes, lane, due, rest, terms);
          reached.add(rest.slice(0, rest.length - left.length));
          rest = left;
        }
      } catch (error) {
        failure ??= { error };
      }
      if (isStopped || failure) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(APPEND_CONCURRENCY, byLane.size) }, worker));
  return { upTo: reached.upTo, ...(failure && { failure }) };
}

/** Which events of a batch are in their lanes, by their numbers in it. */
class Reached {
  readonly #isIn: Uint8Array;
  #upTo = 0;

  constructor(events: number) {
    this.#isIn = new Uint8Array(events);
  }

  add(numbers: number[]): void {
    for (const n of numbers) this.#isIn[n] = 1;
    while (this.#isIn[this.#upTo] === 1) this.#upTo++;
  }

  /** All before this one are. */
  get upTo(): number {
    return this.#upTo;
  }
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
  due: DueEvent[],
  rest: number[],
  terms: AppendTerms,
): Promise<number[]> {
  const group = groupOf(due, rest, terms.groupCount);
  const outcome = await lanes.append(lane, group, terms.expiresAtMs, terms.consumers);
  if (outcome !== 'appended') return rest.filter((n) => (due[n] as DueEvent).position > outcome.alreadyAt);
  terms.appended(group);
  return rest.slice(group.length);
}

/** Group commit: as many events as fit a count and a size; a larger event goes alone. */
function groupOf(due: DueEvent[], numbers: number[], groupCount: number): DueEvent[] {
  const group: DueEvent[] = [];
  let bytes = 0;
  for (const n of numbers) {
    const event = due[n] as DueEvent;
    bytes += Buffer.byteLength(event.json);
    if (group.length > 0 && (bytes > MAX_APPEND_BYTES || group.length >= groupCount)) break;
    group.push(event);
  }
  return group;
}

/** The numbers of each lane's events. */
function lanesOf(due: DueEvent[]): Map<string, number[]> {
  const byLane = new Map<string, number[]>();
  for (const [n, { lane }] of due.entries()) {
    const numbers = byLane.get(lane);
    if (numbers) numbers.push(n);
    else byLane.set(lane, [n]);
  }
  return byLane;
}
