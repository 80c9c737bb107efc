/**
 * The types of the wrapper. They are its own, so that it needs no other package to be type-checked, and they are
 * structural: the types of `@types/aws-lambda` fit wherever these are asked for.
 */

/**
 * An event as EventBridge delivers it, live or replayed.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export interface ReplayableEvent<TDetail = unknown> {
  version: string;
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** When the event happened, ISO 8601: a replay leaves it as it was. */
  time: string;
  region: string;
  resources: string[];
  detail: TDetail;
  /** Name of the replay; absent in a live event. */
  'replay-name'?: string;
}

/**
 * Where in an ordered replay an event stands. It is the same when the event is delivered again, so `run`, `orderingKey`
 * and `offset` together can serve as an idempotency key. Without `run` they are those of other events in another run of
 * the same replay; to handle an event once in all runs, use its `id`.
 */
export interface Delivery {
  /** Name of the replay, the same in each of its runs. */
  replay: string;
  /** Name of the run: the replay's for the first one, `<replay>@<n>` for each rerun. */
  run: string;
  /** Order holds among the events of one ordering key; empty where the replay has one order for all. */
  orderingKey: string;
  /** Number of the event among those of its run and ordering key: 0, 1, 2, … without a gap. */
  offset: number;
  /** `<time>#<tiebreaker>#<id>`. Compared as text, it grows with every event of a run and ordering key. */
  position: string;
}

/** What the wrapper needs of the Lambda context. The handler gets the whole context, as Lambda made it. */
export interface Context {
  getRemainingTimeInMillis(): number;
}

/**
 * A handler of one event.
 *
 * A method's parameters, unlike a function's, may be declared narrower than they are given (`Order` events, the full
 * `Context` of `@types/aws-lambda`): what an event holds and what Lambda passes is for its author to know.
 */
export type ReplayableHandler<TDetail = unknown, TResult = unknown> = {
  handle(event: ReplayableEvent<TDetail>, context: Context, delivery?: Delivery): Promise<TResult> | TResult;
}['handle'];

export interface OrderedReplayOptions {
  /**
   * No event of a stream batch is begun with less time than this left before the Lambda deadline; must exceed what
   * the handler needs for one event. Milliseconds from 0 to 899,999; 1,000 by default.
   */
  minRemainingMs?: number;
  /**
   * The name of this consumer. A rerun may be for some consumers only, by their names; the others pass over its records. A
   * wrapper without a name is none of them: it handles only what is for all consumers.
   */
  consumer?: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb */
export interface DynamoDBStreamEvent {
  Records: DynamoDBRecord[];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html */
export interface DynamoDBRecord {
  eventName?: string | undefined;
  eventSource?: string | undefined;
  eventSourceARN?: string | undefined;
  dynamodb?:
    | {
        NewImage?: { [attribute: string]: unknown } | undefined;
        SequenceNumber?: string | undefined;
        StreamViewType?: string | undefined;
      }
    | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html */
export interface DynamoDBBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
