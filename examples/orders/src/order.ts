/** What becomes of an order, one event each: the number of the step is the event's `version`. */
export const STEPS = ['OrderCreated', 'OrderPaid', 'OrderShipped'] as const;

/** The `detail` of the shop's events. */
export interface OrderDetail {
  orderId: string;
  /** Counts an order's events from 1. */
  version: number;
}
