import type { ReplayableHandler } from '../consumer';

/** The consumer where none is given: one line for each event. */
export const printEvent: ReplayableHandler = (event, _context, delivery) => {
  const key = delivery?.orderingKey ? ` ${delivery.orderingKey}` : '';
  const offset = String(delivery?.offset).padStart(6);
  console.log(`${offset}  ${event.time}  ${event.source} ${event['detail-type']}${key}`);
};
