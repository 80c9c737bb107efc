import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type OrderDetail, STEPS } from './order';

const eventBridge = new EventBridgeClient({});

/**
 * Sells a download: the order is created, paid and shipped within the same second, so EventBridge's `time` cannot
 * tell which came first. The `version` can.
 *
 * An event that EventBridge refuses fails the call. Whoever calls again puts the others a second time: a consumer has
 * to bear that anyway.
 */
export async function handler({ orderId }: { orderId: string }) {
  const Entries = STEPS.map((step, index) => ({
    EventBusName: process.env.EVENT_BUS_NAME,
    Source: 'shop',
    DetailType: step,
    Detail: JSON.stringify({ orderId, version: index + 1 } satisfies OrderDetail),
  }));
  const { FailedEntryCount = 0 } = await eventBridge.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount > 0)
    throw new Error(`Order ${orderId}: EventBridge refused ${FailedEntryCount} events.`);
  return { orderId, events: Entries.length };
}
