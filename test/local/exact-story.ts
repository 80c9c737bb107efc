import { PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoReplays } from '../../src/aws/replays';
import { orderedReplay, type ReplayableEvent } from '../../src/consumer';
import { type LaneRecord, laneRecordsOf } from '../../src/consumer/stream-record';
import { LOCAL } from '../../src/local/resource-names';
import { startLocalRuntime } from '../../src/local/runtime';
import { FAST } from './fast-settings';
import { until } from './until';

/** The clocks of Go and Python: as doubles they are one number. In the order in which they are published. */
const CLOCKS = ['1763942400000000102', '1763942400000000100', '1763942400000000103', '1763942400000000101'];
export const IN_ORDER = [...CLOCKS].sort();

/** Numbers that JavaScript would write in another way, and a text that has to be escaped. */
export const PAYLOAD =
  '"price":1.10,"unsigned":12345678901234567890,"much":1e400,"less":-0,"text":"\\"Zürich\\" 😀 \\\\"';

export const detailOf = (clock: string) => `{"ts":${clock},${PAYLOAD}}`;

const SECOND = new Date('2026-11-20T12:00:00Z');
const REPLAY = 'exact';

/**
 * Publishes four events of one second to the local runtime and replays them, half of them by the side road.
 *
 * @param description Of the replay.
 * @param whileHeld Called when all are in their lanes and the consumer has none yet.
 */
export async function replayClocks(description: string, whileHeld?: (endpoint: string) => Promise<void>) {
  const records: LaneRecord[] = [];
  const events: ReplayableEvent[] = [];
  const wrapped = orderedReplay((event) => {
    events.push(event);
  });
  let open = () => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  const runtime = await startLocalRuntime({
    consumer: (async (batch: DynamoDBStreamEvent, context: never) => {
      await isOpen;
      records.push(...laneRecordsOf(batch.Records));
      return wrapped(batch, context);
    }) as never,
    settings: { ...FAST, tiebreaker: 'detail.ts' },
    temper: { duplicateRate: 0.5, throttleRate: 0.5, maxDelayMs: 200, eventsPerSecond: 100 },
    seed: 5,
    telemetry: silentTelemetry,
  });
  try {
    const { eventbridge, dynamodb } = runtime.clients;
    const Entries = CLOCKS.map((clock) => ({
      EventBusName: LOCAL.busName,
      Source: 'clock',
      DetailType: 'Tick',
      Detail: detailOf(clock),
      Time: SECOND,
    }));
    await eventbridge.send(new PutEventsCommand({ Entries }));
    await eventbridge.send(
      new StartReplayCommand({
        ReplayName: REPLAY,
        Description: description,
        EventSourceArn: LOCAL.archiveArn,
        Destination: { Arn: LOCAL.busArn },
        EventStartTime: SECOND,
        EventEndTime: new Date(SECOND.getTime() + 1_000),
      }),
    );
    const replays = dynamoReplays({ client: dynamodb, table: LOCAL.tables.replays });
    const row = await until('the replay is DONE', async () => {
      const found = await replays.get(REPLAY);
      return found?.phase === 'DONE' && found;
    });
    await whileHeld?.(runtime.endpoint);
    open();
    await until('all are delivered', () => events.length >= CLOCKS.length);
    return { row, records, events };
  } finally {
    open();
    await runtime.stop();
  }
}
