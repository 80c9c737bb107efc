import type {
  Callback,
  Context,
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
  EventBridgeEvent,
  EventBridgeHandler,
  Handler,
} from 'aws-lambda';
import {
  type Delivery,
  type Context as MinimalContext,
  type DynamoDBBatchResponse as OwnBatchResponse,
  orderedReplay,
  type ReplayableEvent,
} from '../../src/consumer';

/** Compile-time tests: `npm run types` checks them, nothing runs. */

interface Order {
  orderId: string;
}
type Placed = EventBridgeEvent<'Order Placed', Order>;
type Cancelled = EventBridgeEvent<'Order Cancelled', { reason: string }>;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const sameType = <A, B>(same: Equal<A, B>): void => void same;

export const promises = {
  'a handler typed with @types/aws-lambda is taken, and its detail and result are inferred'() {
    const wrapped = orderedReplay(async (event: EventBridgeEvent<string, Order>, context: Context) => ({
      orderId: event.detail.orderId,
      requestId: context.awsRequestId,
    }));
    sameType<Parameters<typeof wrapped>[1], MinimalContext>(true);
    sameType<Awaited<ReturnType<typeof wrapped>>, { orderId: string; requestId: string } | OwnBatchResponse>(
      true,
    );
    void wrapped({} as ReplayableEvent<Order>, { getRemainingTimeInMillis: () => 0 });
    // @ts-expect-error: the detail is an order
    void wrapped({} as ReplayableEvent<{ invoice: string }>, {} as Context);
  },

  'a handler of one detail-type is taken; with several, their details are given'() {
    orderedReplay(async (event: Placed) => event.detail.orderId);
    orderedReplay<(Placed | Cancelled)['detail']>(async (event: Placed | Cancelled) =>
      event['detail-type'] === 'Order Placed' ? event.detail.orderId : event.detail.reason,
    );
  },

  'the wrapped handler is a Handler of @types/aws-lambda, for events and for stream batches'() {
    const wrapped = orderedReplay(async (event: Placed) => event.detail.orderId);
    const lambda: Handler<Placed | DynamoDBStreamEvent, string | DynamoDBBatchResponse> = wrapped;
    const rule: Handler<Placed> = wrapped;
    const stream: Handler<DynamoDBStreamEvent, string | DynamoDBBatchResponse> = wrapped;
    return [lambda, rule, stream];
  },

  'without types of its own, a handler gets the minimal ones'() {
    orderedReplay((event, context, delivery) => {
      sameType<typeof event, ReplayableEvent<unknown>>(true);
      sameType<typeof context, MinimalContext>(true);
      sameType<typeof delivery, Delivery | undefined>(true);
    });
  },

  'the detail can be given alone'() {
    orderedReplay<Order>(async (event, context, delivery) => {
      sameType<typeof event.detail, Order>(true);
      return [context.getRemainingTimeInMillis(), delivery?.offset];
    });
    orderedReplay<Order>(async (_event, context: Context) => context.awsRequestId);
  },

  'a handler that answers by callback is refused: its third argument is the delivery'() {
    const byCallback = (_event: Placed, _context: Context, callback: Callback<string>) =>
      callback(null, 'done');
    // @ts-expect-error
    orderedReplay(byCallback);
    const declaredWithCallback: EventBridgeHandler<'Order Placed', Order, string> = async () => 'done';
    // @ts-expect-error: the type allows it to use the callback
    orderedReplay(declaredWithCallback);
  },

  'a misspelt option is refused'() {
    // @ts-expect-error
    orderedReplay(() => {}, { minRemaining: 5_000 });
  },
};
