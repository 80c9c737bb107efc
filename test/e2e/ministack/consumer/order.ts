/** The `detail` of the events of this suite. */
export interface Order {
  /** How many happened before it, in its case: what the delivered order is measured by. */
  n: number;
  orderId: string;
  /** The stacks' tiebreaker; a boolean cannot be ordered. */
  sequence: number | boolean;
  /** The consumer that is to fail on it. */
  fails?: 'twice' | 'never';
  /** Makes it large. */
  filling?: string;
}

/** What a consumer writes down of an event. */
export interface Delivered {
  n: number;
  id: string;
  run: string;
  orderingKey: string;
  offset: number;
  atMs: number;
  bytes: number;
}
