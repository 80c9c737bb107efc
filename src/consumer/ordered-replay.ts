import { deliver } from './deliver';
import { isEvent, notAnEvent } from './eventbridge-event';
import { passedOverLine } from './log-lines';
import { type LaneRecord, laneRecordsOf } from './stream-record';
import type {
  Context,
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
  OrderedReplayOptions,
  ReplayableEvent,
  ReplayableHandler,
} from './types';

/** Enough for a handler that takes some hundred milliseconds, a third of Lambda's default timeout of 3 s. */
const DEFAULT_MIN_REMAINING_MS = 1_000;

/** Lambda's longest timeout: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
const MAX_TIMEOUT_MS = 900_000;

/**
 * Lets a Lambda handler of EventBridge events serve ordered replays too.
 *
 * - Called with an EventBridge event, it passes the event on as it is, and the handler's result or error back.
 * - Called with a batch of the `OrderedEvents` table's stream, it calls the handler for each event, strictly in order,
 *   one at a time. The first one that throws or rejects ends the batch: nothing after it is touched, and Lambda goes
 *   on from the record that holds it. Results are dropped; returning is success.
 *
 * Every replayed event is handled at least once and, within its ordering key, never before an earlier one. Lambda
 * delivers again from a record's first event, and it may deliver a record twice: let the handler be idempotent, by the
 * event's `id` or by its `delivery`. Nothing is kept between calls.
 *
 * The event source mapping needs `FunctionResponseTypes: [ReportBatchItemFailures]`: without it, Lambda takes every
 * answer for success and the rest of a failed batch is lost. Leave its retries and record age unlimited, as they are
 * by default, or Lambda skips what keeps failing. The live rule should not match replayed events
 * (`"replay-name": [{ "exists": false }]`), or they arrive a second time, out of order.
 *
 * A replay can be run again, for all consumers or for some, by the names that they give in the option `consumer`. What a
 * run has for others is passed over. A consumer that handles each event once and for all goes by the event's `id`; one
 * that handles it once in each run, by its `delivery` with the `run` in it.
 *
 * A failure in a batch is logged by its name, never with its message, which may quote an event. A handler that wants
 * more in its log writes it before it throws.
 *
 * @param handler Gets the event, the Lambda context and, for a replayed event, where in the replay it stands.
 * @throws TypeError where the handler or an option is not what it should be.
 * @throws NotAnOrderedReplayError from the wrapped handler, before any event is handled, where it is called with
 * anything else: by another service, or by a stream that is not an `OrderedEvents` table's.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 *
 * @example
 * import { orderedReplay } from 'ordered-replay';
 *
 * export const handler = orderedReplay<{ orderId: string }>(async (event, context, delivery) => {
 *   console.log(event.detail.orderId, delivery ? `replayed as number ${delivery.offset}` : 'live');
 * });
 */
export function orderedReplay<TDetail = unknown, TResult = unknown>(
  handler: ReplayableHandler<TDetail, TResult>,
  options: OrderedReplayOptions = {},
): (
  event: ReplayableEvent<TDetail> | DynamoDBStreamEvent,
  context: Context,
) => Promise<TResult | DynamoDBBatchResponse> {
  if (typeof handler !== 'function') {
    throw new TypeError(`orderedReplay: the handler is of type ${typeof handler}; allowed is a function.`);
  }
  const { minRemainingMs, consumer } = readOptions(options);

  return async (event: unknown, context) => {
    const records = (event as Partial<DynamoDBStreamEvent> | null | undefined)?.Records;
    if (Array.isArray(records)) {
      const ours = recordsFor(consumer, laneRecordsOf(records));
      return deliver(ours, handler as ReplayableHandler, context, minRemainingMs);
    }
    if (isEvent(event)) return handler(event as ReplayableEvent<TDetail>, context);
    throw notAnEvent(event);
  };
}

/** Whoever has no name cannot be meant: a run for some would otherwise do twice what they have done, unasked. */
function recordsFor(consumer: string | undefined, records: LaneRecord[]): LaneRecord[] {
  const isForUs = ({ consumers }: LaneRecord) =>
    !consumers || (consumer !== undefined && consumers.includes(consumer));
  const ours = records.filter(isForUs);
  if (consumer === undefined && ours.length < records.length) {
    console.warn(passedOverLine(records.filter((record) => !isForUs(record))));
  }
  return ours;
}

function readOptions({
  minRemainingMs = DEFAULT_MIN_REMAINING_MS,
  consumer,
  ...others
}: OrderedReplayOptions): { minRemainingMs: number; consumer: string | undefined } {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new TypeError(
      `orderedReplay: there is no option "${unknown}"; allowed are "minRemainingMs" and "consumer".`,
    );
  }
  if (!(typeof minRemainingMs === 'number' && minRemainingMs >= 0 && minRemainingMs < MAX_TIMEOUT_MS)) {
    throw new TypeError(
      `orderedReplay: minRemainingMs is ${JSON.stringify(minRemainingMs)}; allowed are 0 to ${MAX_TIMEOUT_MS - 1} milliseconds, as a number.`,
    );
  }
  if (consumer !== undefined && (typeof consumer !== 'string' || consumer === '')) {
    throw new TypeError(
      `orderedReplay: consumer is ${JSON.stringify(consumer)}; allowed is a name, or nothing.`,
    );
  }
  return { minRemainingMs, consumer };
}
