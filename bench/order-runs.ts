import { setTimeout as delay } from 'node:timers/promises';
import { type EventBridgeClient, PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { silentTelemetry } from '../functions/telemetry';
import { dynamoReplays } from '../src/aws/replays';
import { countOutOfOrder, type Place, placeOf } from '../src/cli/order-oracle';
import { orderedReplay } from '../src/consumer';
import type { JsonObject } from '../src/core/json';
import type { Settings } from '../src/core/settings';
import type { ReplayTemper } from '../src/local/eventbridge/replay';
import type { ReplayBusOptions } from '../src/local/replay-bus';
import { LOCAL } from '../src/local/resource-names';
import { startLocalRuntime } from '../src/local/runtime';
import { startBaseline } from './baseline';
import { REPLAY, TIEBREAKER } from './events';

/** `table` is the baseline, with a `Wait` for each event. */
export type Design = 'ours' | 'table';

/** When an event was seen, and where it belongs. */
export interface Seen {
  sequence: number;
  /** By the text that was published. */
  place: Place | undefined;
  eventTimeMs: number;
  atMs: number;
}

/** What one run of a design did with a replay: the first sight of each event, in the order of sights. */
export interface OrderRun {
  arrived: Seen[];
  delivered: Seen[];
  /** When an event of the first event's time was to be delivered. */
  startMs: number;
}

/**
 * What AWS documents and no more: minute by minute, in no order within a minute. No duplicates, no throttling, no
 * delays, which would make the order of the baselines worse.
 */
const GENTLE_TEMPER: ReplayTemper = {
  duplicateRate: 0,
  throttleRate: 0,
  maxDelayMs: 0,
  eventsPerSecond: 1_000,
};
/** Longer than any playback here. */
const PATIENCE_MS = 120_000;
const ENTRIES_PER_PUT = 10;

/** Replays events through a design, until its consumer has seen them all. */
export async function runDesign(
  design: Design,
  events: JsonObject[],
  { speed, seed, settings }: { speed: number; seed: number; settings: Partial<Settings> },
): Promise<OrderRun> {
  const placeOfEach = events.map((event) => placeOf(JSON.stringify(event), TIEBREAKER));
  const arrived = createSights(placeOfEach);
  const delivered = createSights(placeOfEach);
  const bus: ReplayBusOptions = { seed, temper: GENTLE_TEMPER, arrived: arrived.see };
  const firstEventMs = Date.parse(String(events[0]?.time));
  const runtime =
    design === 'ours'
      ? await startOurs({ ...bus, settings }, delivered.see)
      : await startBaseline({ ...bus, speed, firstEventMs, delivered: delivered.see });
  try {
    const { dynamodb, eventbridge } = runtime.clients;
    await replayEvents(eventbridge, events, speed);
    const replayedAtMs = Date.now();
    const row = () => dynamoReplays({ client: dynamodb, table: LOCAL.tables.replays }).get(REPLAY);
    while (delivered.seen.length < events.length) {
      if (Date.now() > replayedAtMs + PATIENCE_MS) {
        const state = JSON.stringify(await row());
        throw new Error(`${design}: ${delivered.seen.length} of ${events.length} delivered; ${state}`);
      }
      await delay(50);
    }
    const startMs = design === 'ours' ? (await row())?.releaseStartedAtMs : replayedAtMs;
    return { arrived: arrived.seen, delivered: delivered.seen, startMs: startMs ?? Number.NaN };
  } finally {
    await runtime.stop();
  }
}

function startOurs(
  { settings, ...bus }: ReplayBusOptions & { settings: Partial<Settings> },
  delivered: (event: JsonObject) => void,
) {
  const consumer = orderedReplay((event, _context, delivery) => {
    if (delivery) delivered(event as never);
  });
  return startLocalRuntime({
    ...bus,
    consumer: consumer as never,
    settings: { ...settings, tiebreaker: TIEBREAKER },
    telemetry: silentTelemetry,
  });
}

/** @param places Of the events, by their sequence. */
function createSights(places: (Place | undefined)[]) {
  const sights = new Map<number, Seen>();
  const seen: Seen[] = [];
  const see = ({ time, detail }: JsonObject) => {
    const sequence = Number((detail as JsonObject).sequence);
    if (sights.has(sequence)) return;
    const eventTimeMs = Date.parse(String(time));
    const sight = { sequence, place: places[sequence], eventTimeMs, atMs: Date.now() };
    sights.set(sequence, sight);
    seen.push(sight);
  };
  return { seen, see };
}

/** Publishes events to the local bus and replays them from its archive. */
async function replayEvents(client: EventBridgeClient, events: JsonObject[], speed: number): Promise<void> {
  for (let start = 0; start < events.length; start += ENTRIES_PER_PUT) {
    const Entries = events.slice(start, start + ENTRIES_PER_PUT).map((event) => ({
      EventBusName: LOCAL.busName,
      Time: new Date(String(event.time)),
      Source: String(event.source),
      DetailType: String(event['detail-type']),
      Detail: JSON.stringify(event.detail),
    }));
    const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries }));
    if (FailedEntryCount) throw new Error(`${FailedEntryCount} events were refused`);
  }
  await client.send(
    new StartReplayCommand({
      ReplayName: REPLAY,
      Description: `speed=${speed}`,
      EventSourceArn: LOCAL.archiveArn,
      Destination: { Arn: LOCAL.busArn },
      EventStartTime: new Date(String(events[0]?.time)),
      EventEndTime: new Date(Date.parse(String(events.at(-1)?.time)) + 1_000),
    }),
  );
}

/** Share of events that came after one which happened later. */
export function shareOutOfOrder(seen: readonly Pick<Seen, 'place'>[]): number {
  return seen.length === 0 ? 0 : countOutOfOrder(seen.map(({ place }) => place)) / seen.length;
}

/**
 * How far from its due time each event was delivered, milliseconds; early is negative.
 *
 * @param which `afterStart`: only the events that are not due at the start.
 */
export function deviations(
  { delivered, startMs }: OrderRun,
  speed: number,
  which: 'all' | 'afterStart' = 'all',
): number[] {
  const firstMs = Math.min(...delivered.map(({ eventTimeMs }) => eventTimeMs));
  return delivered
    .filter(({ eventTimeMs }) => which === 'all' || eventTimeMs > firstMs)
    .map(({ eventTimeMs, atMs }) => atMs - (startMs + (eventTimeMs - firstMs) / speed));
}
