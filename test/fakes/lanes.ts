import type { LaneEvent, Lanes } from '../../src/core/ports';
import { byteOrder } from './byte-order';
import { demand, type FakeOptions, fake } from './fake';
import { Expiry } from './time-to-live';

const LANE_BYTES = 2048;
const ITEM_BYTES = 400 * 1024;

/** A lane's item after an append: what a stream record carries as its new image. */
export interface LaneImage {
  lane: string;
  /** JSON texts, oldest first. */
  events: string[];
  /** Of the last event. */
  offset: number;
  /** Of the last event. */
  position: string;
  tiebreakers?: string[];
  /** Those that the run is for; absent where it is for all. */
  consumers?: string[];
  expiresAtMs: number;
}

/** One append: the image, and the positions of its events, which the stream does not carry. */
export interface LaneRecord extends LaneImage {
  positions: string[];
}

/** `Lanes` in memory, with the log of appends: what the table's stream would carry. */
export function memoryLanes(options: FakeOptions = {}) {
  const lanes = new Map<string, LaneRecord>();
  const log: LaneRecord[] = [];
  const expiry = new Expiry(options.timeToLive);

  function dropVanished(): void {
    for (const lane of expiry.vanished()) lanes.delete(lane);
  }

  const port: Lanes = {
    async append(lane, events, expiresAtMs, consumers) {
      const first = events[0];
      demand(first !== undefined, 'an append has events');
      demand(lane !== '' && Buffer.byteLength(lane) <= LANE_BYTES, `lane ${lane}`);
      demand(isIncreasing(events), `the positions of an append to ${lane} increase`);
      for (const { position, tiebreaker } of events) {
        // On its own, not by the code that it checks.
        demand(position.split('#')[1] === tiebreaker, `${position} has the tiebreaker ${tiebreaker}`);
      }
      demand(
        events.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0) <= ITEM_BYTES,
        `an append to ${lane} fits an item`,
      );
      dropVanished();
      const before = lanes.get(lane);
      if (before && byteOrder(before.position, first.position) >= 0) return { alreadyAt: before.position };
      const positions = events.map(({ position }) => position);
      const tiebreakers = events.map(({ tiebreaker }) => tiebreaker);
      const record: LaneRecord = {
        lane,
        events: events.map(({ json }) => json),
        offset: (before?.offset ?? -1) + events.length,
        position: positions.at(-1) as string,
        ...(tiebreakers.some((tiebreaker) => tiebreaker !== '') && { tiebreakers }),
        ...(consumers && { consumers: [...consumers] }),
        expiresAtMs,
        positions,
      };
      lanes.set(lane, record);
      expiry.written(lane, expiresAtMs);
      log.push(record);
      return 'appended';
    },
  };

  return fake(
    'lanes',
    port,
    {
      /** All appends that took effect, in the order in which they did. */
      log,
      /** A lane's item. */
      image(lane: string): LaneRecord | undefined {
        dropVanished();
        return lanes.get(lane);
      },
      /** Every lane's events, oldest first. */
      contents(): Map<string, Pick<LaneEvent, 'position' | 'json'>[]> {
        const contents = new Map<string, Pick<LaneEvent, 'position' | 'json'>[]>();
        for (const { lane, events, positions } of log) {
          const soFar = contents.get(lane) ?? [];
          for (const [n, json] of events.entries()) soFar.push({ position: positions[n] as string, json });
          contents.set(lane, soFar);
        }
        return contents;
      },
    },
    options,
  );
}

export type MemoryLanes = ReturnType<typeof memoryLanes>;

function isIncreasing(events: LaneEvent[]): boolean {
  return events.every((event, n) => {
    const previous = events[n - 1];
    return !previous || byteOrder(previous.position, event.position) < 0;
  });
}
