import { positionOf } from '../core/collect/place';
import { parseEvent } from '../core/event/envelope';
import { orderingKeyOf } from '../core/event/ordering-key';
import { formatPosition, parsePosition } from '../core/event/position';

/** What `npm start -- --json` prints. */
export interface RunSummary {
  events: number;
  /** Events that arrived after one of their lane that should have come later. */
  arrivedOutOfOrder: number;
  /** Deliveries by the replay beyond the first of an event. */
  arrivedTwice: number;
  delivered: number;
  deliveredOutOfOrder: number;
  lost: number;
  /** Events that are in a lane twice. */
  duplicated: number;
  lanes: number;
  durationMs: number;
}

interface Sighting {
  id: string;
  lane: string;
  /** Time and tiebreaker: two events with the same have no order. */
  order: string;
}

/** Keeps account of what was published, how it arrived and how it was delivered. */
export class Ledger {
  readonly arrivals: Sighting[] = [];
  readonly deliveries: Sighting[] = [];
  readonly #published = new Set<string>();
  readonly #arrived = new Map<string, Sighting>();
  readonly #offsets = new Map<string, number>();
  readonly #lanes = new Set<string>();
  readonly #tiebreaker: string;
  readonly #orderingKey: string | undefined;
  #arrivedTwice = 0;
  #duplicated = 0;

  constructor(tiebreaker: string, orderingKey: string | undefined) {
    this.#tiebreaker = tiebreaker;
    this.#orderingKey = orderingKey;
  }

  published(id: string): void {
    this.#published.add(id);
  }

  /** An event that cannot be ordered is left to the replay, which refuses it. */
  arrived(envelope: unknown): void {
    if (this.#arrived.has(idOf(envelope))) {
      this.#arrivedTwice++;
      return;
    }
    try {
      const sighting = this.#sight(envelope);
      this.#arrived.set(sighting.id, sighting);
      this.arrivals.push(sighting);
    } catch {
      // Counted as lost if it is not delivered.
    }
  }

  /** Lambda may deliver a record again, with the same offsets; that is not a second place in the lane. */
  delivered(envelope: unknown, offset: number): void {
    const sighting = this.#arrived.get(idOf(envelope)) ?? this.#sight(envelope);
    const known = this.#offsets.get(sighting.id);
    if (known === undefined) {
      this.#offsets.set(sighting.id, offset);
      this.#lanes.add(sighting.lane);
      this.deliveries.push(sighting);
    } else if (known !== offset) {
      this.#duplicated++;
    }
  }

  summary(durationMs: number): RunSummary {
    return {
      events: this.#published.size,
      arrivedOutOfOrder: outOfOrder(this.arrivals),
      arrivedTwice: this.#arrivedTwice,
      delivered: this.deliveries.length,
      deliveredOutOfOrder: outOfOrder(this.deliveries),
      lost: [...this.#published].filter((id) => !this.#offsets.has(id)).length,
      duplicated: this.#duplicated,
      lanes: this.#lanes.size,
      durationMs: Math.round(durationMs),
    };
  }

  #sight(envelope: unknown): Sighting {
    const event = parseEvent(envelope);
    const { time, tiebreaker } = parsePosition(
      positionOf(event, { tiebreaker: this.#tiebreaker, tiebreakerType: 'auto' }),
    );
    const lane = orderingKeyOf(event.json, this.#orderingKey, 'exact');
    return { id: event.id, lane, order: formatPosition({ time, tiebreaker, id: '' }) };
  }
}

function idOf(envelope: unknown): string {
  return String((envelope as { id?: unknown }).id);
}

function outOfOrder(sightings: Sighting[]): number {
  const latest = new Map<string, string>();
  let count = 0;
  for (const { lane, order } of sightings) {
    if (order < (latest.get(lane) ?? '')) count++;
    else latest.set(lane, order);
  }
  return count;
}
