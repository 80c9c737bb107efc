import { type EventBridgeClient, PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import type { JsonObject } from '../src/core/json';
import type { ReplayTemper } from '../src/local/eventbridge/replay';
import { LOCAL } from '../src/local/resource-names';
import { REPLAY } from './events';

const ENTRIES_PER_PUT = 10;

/**
 * What AWS documents and no more: minute by minute, in no order within a minute. No duplicates, no throttling, no
 * delays, which would make the order of the baselines worse.
 */
export const GENTLE_TEMPER: ReplayTemper = {
  duplicateRate: 0,
  throttleRate: 0,
  maxDelayMs: 0,
  eventsPerSecond: 1_000,
};

/** Publishes events to the local bus and replays them from its archive. */
export async function replayEvents(
  client: EventBridgeClient,
  events: JsonObject[],
  speed: number,
): Promise<void> {
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
