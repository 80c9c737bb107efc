import { appendFileSync } from 'node:fs';
import type { ReplayableHandler } from '../../src/consumer';

/** One delivery to a consumer. */
export interface Delivered {
  offset: number;
  /** Its number among the events, as they happened. */
  n: number;
  /** All of the event but the run that it is of. */
  event: string;
}

/** A consumer's handler that tells what it gets, and of which run. */
export function recording(tell: (run: string, delivered: Delivered) => void): ReplayableHandler {
  return (event, _context, delivery) => {
    const { 'replay-name': _, ...own } = event as typeof event & { 'replay-name'?: string };
    if (!delivery) return;
    const { n } = event.detail as { n: number };
    tell(delivery.run, { offset: delivery.offset, n, event: JSON.stringify(own) });
  };
}

/** For `npm run local -- --handler`: a line for each delivery, in the file that the variable RECORDS names. */
export const handler = recording((run, delivered) => {
  appendFileSync(String(process.env.RECORDS), `${JSON.stringify({ run, ...delivered })}\n`);
});

/** First to last; Lambda may deliver a record again. */
export function eachOnce(delivered: Delivered[]): Delivered[] {
  const seen = new Set<number>();
  return delivered.filter(({ offset }) => !seen.has(offset) && seen.add(offset));
}
