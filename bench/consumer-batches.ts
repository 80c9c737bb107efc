import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Delivery, orderedReplay } from '../src/consumer';
import { positionOf } from '../src/core/collect/place';
import { parseEvent } from '../src/core/event/envelope';
import { parsePosition } from '../src/core/event/position';
import type { JsonObject } from '../src/core/json';
import { inOrder } from './consumer-by-hand';
import { REPLAY, TIEBREAKER } from './events';

/** Gets what `orderedReplay` hands over; who does not make a delivery passes none. */
type OnEvent = (event: JsonObject, delivery?: Delivery) => Promise<void>;
interface BatchAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}
export type BatchHandler = (batch: DynamoDBStreamEvent) => Promise<BatchAnswer>;

const context = { getRemainingTimeInMillis: () => 60_000 } as Context;

/** A batch of the ordered stream, as Lambda hands it over, with so many events in each record. */
export function streamBatch(events: JsonObject[], perRecord: number): DynamoDBStreamEvent {
  const Records: DynamoDBRecord[] = [];
  for (let start = 0; start < events.length; start += perRecord) {
    const parsed = events.slice(start, start + perRecord).map((event) => parseEvent(event));
    const positions = parsed.map((event) => positionOf(event, TIEBREAKER));
    const record: DynamoDBRecord = {
      eventID: String(start),
      eventName: start === 0 ? 'INSERT' : 'MODIFY',
      eventSource: 'aws:dynamodb',
      eventSourceARN:
        'arn:aws:dynamodb:us-east-1:123456789012:table/OrderedEvents/stream/2026-10-01T00:00:00.000',
      dynamodb: {
        NewImage: {
          lane: { S: `${REPLAY}#` },
          events: { L: parsed.map(({ json }) => ({ S: json })) },
          tiebreakers: { L: positions.map((position) => ({ S: parsePosition(position).tiebreaker })) },
          offset: { N: String(start + parsed.length - 1) },
          position: { S: positions.at(-1) ?? '' },
        },
        SequenceNumber: sequenceNumber(Records.length),
        StreamViewType: 'NEW_IMAGE',
      },
    };
    Records.push(record);
  }
  return { Records };
}

function sequenceNumber(index: number): string {
  return String(100_000_000_000 + index);
}

export const WAYS = {
  orderedReplay: 'orderedReplay',
  parallel: 'Powertools BatchProcessor, parallel (its default)',
  sequential: 'Powertools BatchProcessor, sequential',
  likeForLike: 'the same, and a record handler that hands over and stops as orderedReplay does',
} as const;
export type Way = keyof typeof WAYS;

/** The ways to hand a batch's events to a function; each gets the same records and the same function. */
export function batchHandlers(onEvent: OnEvent): Record<Way, BatchHandler> {
  const wrapped = orderedReplay((event, _context, delivery) =>
    onEvent(event as unknown as JsonObject, delivery),
  );
  const eachEvent = async (record: DynamoDBRecord) => {
    for (const { S } of record.dynamodb?.NewImage?.events?.L ?? []) await onEvent(JSON.parse(S as string));
  };
  const powertools =
    (processInParallel: boolean, recordHandler: () => typeof eachEvent): BatchHandler =>
    (batch) =>
      processPartialResponse(batch, recordHandler(), new BatchProcessor(EventType.DynamoDBStreams), {
        context,
        processInParallel,
        throwOnFullBatchFailure: false,
      });
  return {
    orderedReplay: (batch) => wrapped(batch as never, context) as Promise<BatchAnswer>,
    parallel: powertools(true, () => eachEvent),
    sequential: powertools(false, () => eachEvent),
    likeForLike: powertools(false, () => inOrder(onEvent, context)),
  };
}
