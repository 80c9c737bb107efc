import {
  compareMeaning,
  comparePlaces,
  countOutOfOrder,
  countTies,
  type KindOfTiebreaker,
  keyOf,
  type Place,
  placeOf,
} from './order-oracle';

/** What `npm start -- --json` prints. */
export interface RunSummary {
  events: number;
  /** Events that arrived after one with their ordering key that should have come later. */
  arrivedOutOfOrder: number;
  /** Deliveries by the replay beyond the first of an event. */
  arrivedTwice: number;
  delivered: number;
  deliveredOutOfOrder: number;
  lost: number;
  /** Events that are in a lane twice. */
  duplicated: number;
  /** Events with the ordering key, the time and the tiebreaker of another: nothing that has a meaning orders them. */
  ties: number;
  /** Ordering keys of the delivered events, by the text that was published; and the lanes that they came in. */
  keys: number;
  lanes: number;
  durationMs: number;
}

interface Sighting {
  id: string;
  key: string;
  /** Absent where nobody can order the event. */
  place: Place | undefined;
}

/**
 * Keeps account of what was published, how it arrived and how it was delivered. It judges order by the text of an event as
 * it was published, whatever the runtime has made of it since.
 */
export class Ledger {
  readonly arrivals: Sighting[] = [];
  readonly deliveries: Sighting[] = [];
  readonly #published = new Map<string, string>();
  readonly #seen = new Map<string, Sighting>();
  readonly #arrived = new Set<string>();
  readonly #offsets = new Map<string, number>();
  readonly #lanes = new Set<string>();
  readonly #tiebreaker: string;
  readonly #tiebreakerType: KindOfTiebreaker;
  readonly #orderingKey: string | undefined;
  #arrivedTwice = 0;
  #duplicated = 0;

  constructor(
    tiebreaker: string,
    orderingKey: string | undefined,
    tiebreakerType: KindOfTiebreaker = 'auto',
  ) {
    this.#tiebreakerType = tiebreakerType;
    this.#tiebreaker = tiebreaker;
    this.#orderingKey = orderingKey;
  }

  /** @param detail Its JSON text, as it was read. */
  published(id: string, detail: string): void {
    this.#published.set(id, detail);
  }

  /** An event that cannot be ordered is left to the replay, which refuses it. */
  arrived(envelope: object): void {
    const sighting = this.#sight(envelope);
    if (this.#arrived.has(sighting.id)) {
      this.#arrivedTwice++;
      return;
    }
    this.#arrived.add(sighting.id);
    if (sighting.place) this.arrivals.push(sighting);
  }

  /** Lambda may deliver a record again, with the same offsets; that is not a second place in the lane. */
  delivered(envelope: object, offset: number, lane = ''): void {
    const sighting = this.#sight(envelope);
    const known = this.#offsets.get(sighting.id);
    if (known === undefined) {
      this.#offsets.set(sighting.id, offset);
      this.#lanes.add(lane);
      this.deliveries.push(sighting);
    } else if (known !== offset) {
      this.#duplicated++;
    }
  }

  summary(durationMs: number): RunSummary {
    const sumOf = (sightings: Sighting[], count: (places: (Place | undefined)[]) => number) =>
      byKey(sightings).reduce((sum, places) => sum + count(places), 0);
    return {
      events: this.#published.size,
      // The ids do not count here: nobody wants events that share a second to arrive in the order of their ids.
      arrivedOutOfOrder: sumOf(this.arrivals, (places) => countOutOfOrder(places, compareMeaning)),
      arrivedTwice: this.#arrivedTwice,
      delivered: this.deliveries.length,
      deliveredOutOfOrder: sumOf(this.deliveries, (places) => countOutOfOrder(places, comparePlaces)),
      lost: [...this.#published.keys()].filter((id) => !this.#offsets.has(id)).length,
      duplicated: this.#duplicated,
      ties: sumOf(this.deliveries, (places) => countTies(places.filter((place) => place !== undefined))),
      keys: byKey(this.deliveries).length,
      lanes: this.#lanes.size,
      durationMs: Math.round(durationMs),
    };
  }

  #sight(envelope: object): Sighting {
    const id = String((envelope as { id?: unknown }).id);
    const known = this.#seen.get(id);
    if (known) return known;
    const text = textOf(envelope, this.#published.get(id));
    const sighting = {
      id,
      key: keyOf(text, this.#orderingKey),
      place: placeOf(text, this.#tiebreaker, this.#tiebreakerType),
    };
    this.#seen.set(id, sighting);
    return sighting;
  }
}

/** @param detail As it was published; without it, as it came. */
function textOf(envelope: object, detail: string | undefined): string {
  if (detail === undefined) return JSON.stringify(envelope);
  return `${JSON.stringify({ ...envelope, detail: undefined }).slice(0, -1)},"detail":${detail}}`;
}

/** The places of each ordering key, in the order of the sightings. */
function byKey(sightings: Sighting[]): (Place | undefined)[][] {
  const places = new Map<string, (Place | undefined)[]>();
  for (const { key, place } of sightings) {
    const ofKey = places.get(key) ?? [];
    ofKey.push(place);
    places.set(key, ofKey);
  }
  return [...places.values()];
}
