import { setTimeout as delay } from 'node:timers/promises';
import { silentTelemetry } from '../functions/telemetry';
import { dynamoReplays } from '../src/aws/replays';
import { orderedReplay } from '../src/consumer';
import type { JsonObject } from '../src/core/json';
import { LOCAL } from '../src/local/resource-names';
import { startLocalRuntime } from '../src/local/runtime';
import { REPLAY, TIEBREAKER } from './events';
import { OrderLog, type OrderRun } from './order-log';
import { GENTLE_TEMPER, replayEvents } from './replay-events';

/** Longer than any playback here. */
const PATIENCE_MS = 120_000;

/** Several runtimes share one process here: a collector that takes long is not to be given up, and settle follows. */
const PATIENT_SETTINGS = { maximumEventAgeMs: 5_000, collectExecutionMs: 12_000, collectTimeoutMs: 5_000 };

/** Replays events through the local runtime, in order. */
export async function runOurs(events: JsonObject[], speed: number, seed: number): Promise<OrderRun> {
  const arrived = new OrderLog();
  const delivered = new OrderLog();
  const runtime = await startLocalRuntime({
    consumer: orderedReplay((event, _context, delivery) => {
      if (delivery) delivered.add(event);
    }) as never,
    seed,
    temper: GENTLE_TEMPER,
    settings: { ...PATIENT_SETTINGS, tiebreaker: TIEBREAKER },
    telemetry: silentTelemetry,
    arrived: (event) => arrived.add(event),
  });
  try {
    await replayEvents(runtime.clients.eventbridge, events, speed);
    const replays = dynamoReplays({ client: runtime.clients.dynamodb, table: LOCAL.tables.replays });
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (delivered.seen.length < events.length) {
      if (Date.now() > deadlineMs) {
        const row = JSON.stringify(await replays.get(REPLAY));
        throw new Error(`ours: ${delivered.seen.length} of ${events.length} delivered; ${row}`);
      }
      await delay(50);
    }
    const row = await replays.get(REPLAY);
    return {
      arrived: arrived.seen,
      delivered: delivered.seen,
      startMs: row?.releaseStartedAtMs ?? Number.NaN,
    };
  } finally {
    await runtime.stop();
  }
}
