import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Delivery, orderedReplay } from '../src/consumer';
import type { JsonObject } from '../src/core/json';
import { streamOf } from '../test/support/stream-batch';
import { TIEBREAKER } from './events';

/** Gets what `orderedReplay` hands over; who does not make a delivery passes none. */
type OnEvent = (event: JsonObject, delivery?: Delivery) => Promise<void>;
interface BatchAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}

const MIN_REMAINING_MS = 1_000;
const context = { getRemainingTimeInMillis: () => 60_000 } as Context;

export const WAYS = {
  orderedReplay: 'orderedReplay',
  parallel: 'Powertools BatchProcessor, parallel (its default)',
  sequential: 'Powertools BatchProcessor, sequential',
  likeForLike: 'the same, and a record handler that hands over and stops as orderedReplay does',
} as const;
export type Way = keyof typeof WAYS;
export const WAY_KEYS = Object.keys(WAYS) as Way[];

/** A batch of the ordered stream, as Lambda hands it over, with so many events in each record; none is deflated. */
export function streamBatch(events: JsonObject[], perRecord: number): DynamoDBStreamEvent {
  const appends = Array.from({ length: Math.ceil(events.length / perRecord) }, (_, index) => ({
    orderingKey: '',
    events: events.slice(index * perRecord, (index + 1) * perRecord) as never[],
  }));
  return streamOf(appends, TIEBREAKER, () => false) as DynamoDBStreamEvent;
}

/** The ways to hand a batch's events to a function; each gets the same records and the same function. */
export function batchHandlers(
  onEvent: OnEvent,
): Record<Way, (batch: DynamoDBStreamEvent) => Promise<BatchAnswer>> {
  const wrapped = orderedReplay((event, _context, delivery) => onEvent(event as never, delivery));
  const eachEvent = async (record: DynamoDBRecord) => {
    for (const { S } of textsIn(record)) await onEvent(JSON.parse(S as string));
  };
  const powertools =
    (processInParallel: boolean, recordHandler: () => typeof eachEvent) => (batch: DynamoDBStreamEvent) =>
      processPartialResponse(batch, recordHandler(), new BatchProcessor(EventType.DynamoDBStreams), {
        context,
        processInParallel,
        throwOnFullBatchFailure: false,
      });
  return {
    orderedReplay: (batch) => wrapped(batch as never, context) as Promise<BatchAnswer>,
    parallel: powertools(true, () => eachEvent),
    sequential: powertools(false, () => eachEvent),
    likeForLike: powertools(false, () => inOrder(onEvent)),
  };
}

export const textsIn = ({ dynamodb }: DynamoDBRecord) => dynamodb?.NewImage?.events?.L ?? [];

/**
 * What somebody would write for Powertools, for one batch, to get what `orderedReplay` gives: each event with its
 * place in the replay, in order, none begun too late, and none after one that failed. It is leaner than the wrapper:
 * it takes for granted that the items are the service's, that `time` has whole seconds and that ids need no escape.
 */
function inOrder(onEvent: OnEvent): (record: DynamoDBRecord) => Promise<void> {
  let stopped = false;
  return async (record) => {
    if (stopped) throw new Error('Not begun: an event before it failed');
    const { lane, tiebreakers, offset, position } = record.dynamodb?.NewImage ?? {};
    const texts = textsIn(record);
    const hash = lane?.S?.indexOf('#') ?? 0;
    const run = lane?.S?.slice(0, hash) ?? '';
    const orderingKey = lane?.S?.slice(hash + 1) ?? '';
    const first = Number(offset?.N) - (texts.length - 1);
    try {
      for (let index = 0; index < texts.length; index++) {
        if (context.getRemainingTimeInMillis() < MIN_REMAINING_MS) throw new Error('Too little time is left');
        const event = JSON.parse(texts[index]?.S as string) as JsonObject & { time: string };
        const isLast = index === texts.length - 1;
        await onEvent(event, {
          replay: run.split('@', 1)[0] as string,
          run,
          orderingKey,
          offset: first + index,
          position: isLast
            ? (position?.S ?? '')
            : `${event.time.slice(0, 19)}.000000000Z#${tiebreakers?.L?.[index]?.S ?? ''}#${event.id}`,
        });
      }
    } catch (thrown) {
      stopped = true;
      throw thrown;
    }
  };
}
