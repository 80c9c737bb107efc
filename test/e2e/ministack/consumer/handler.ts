import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { orderedReplay } from 'ordered-replay';
import type { Delivered, Order } from './order';

/** Writes down each event that it gets, before it does what the event asks it for: to fail. */
export const handler = orderedReplay<Order>((event, _context, delivery) => {
  const { CONSUMER = '', RECORDS = '' } = process.env;
  const file = `${RECORDS}/${CONSUMER}.jsonl`;
  const line: Delivered = {
    n: event.detail.n,
    id: event.id,
    run: delivery?.run ?? '',
    orderingKey: delivery?.orderingKey ?? '',
    offset: delivery?.offset ?? -1,
    atMs: Date.now(),
    bytes: JSON.stringify(event).length,
  };
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  appendFileSync(file, `${JSON.stringify(line)}\n`);
  if (event.detail.fails !== CONSUMER) return;
  const attempts = before.split(`"id":"${event.id}"`).length;
  if (CONSUMER === 'never' || attempts <= 2) throw new Error(`Attempt ${attempts} fails.`);
});
