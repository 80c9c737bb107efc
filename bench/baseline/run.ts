import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../src/core/json';
import { OrderLog, type OrderRun } from '../order-log';
import { replayEvents } from '../replay-events';
import type { BaselineKind } from './compute-wait';
import { startBaseline } from './runtime';

/** Longer than any playback here. */
const PATIENCE_MS = 120_000;

/** Replays events through the baseline, one execution each. */
export async function runBaseline(
  kind: BaselineKind,
  events: JsonObject[],
  speed: number,
  seed: number,
): Promise<OrderRun> {
  const arrived = new OrderLog();
  const delivered = new OrderLog();
  const runtime = await startBaseline({
    kind,
    speed,
    firstEventMs: Date.parse(String(events[0]?.time)),
    seed,
    arrived: (event) => arrived.add(event),
    delivered: (event) => delivered.add(event),
  });
  try {
    await replayEvents(runtime.clients.eventbridge, events, speed);
    const startMs = Date.now();
    const deadlineMs = startMs + PATIENCE_MS;
    while (delivered.seen.length < events.length) {
      if (Date.now() > deadlineMs)
        throw new Error(`${kind}: ${delivered.seen.length} of ${events.length} delivered`);
      await delay(50);
    }
    return { arrived: arrived.seen, delivered: delivered.seen, startMs };
  } finally {
    await runtime.stop();
  }
}
