import { orderedReplay } from 'ordered-replay';
import type { OrderDetail } from './order';
import { takeStep } from './orders-table';

/** One handler for the events of the live rule and for those of an ordered replay. */
export const handler = orderedReplay<OrderDetail>(async (event, _context, delivery) => {
  const orderId = event.detail.orderId;
  const version = event.detail.version;
  const how = delivery ? `${delivery.replay}, offset ${delivery.offset}` : 'live';
  const note = `${event['detail-type']} (${how})`;
  const outcome = await takeStep({ orderId, version, note });
  console.log(`Order ${orderId}: ${note} ${outcome}`);
});
