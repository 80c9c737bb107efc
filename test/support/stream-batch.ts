import { deflateSync } from 'node:zlib';
import type { Context, DynamoDBRecord, DynamoDBStreamEvent, ReplayableEvent } from '../../src/consumer';
import { positionOf } from '../../src/core/collect/place';
import { parseEvent } from '../../src/core/event/envelope';
import { laneOf } from '../../src/core/event/ordering-key';
import { parsePosition } from '../../src/core/event/position';

/** Stream batches as Lambda sends them, written with the service's own code, so that both sides must agree. */

export const REPLAY = 'shop-2026-10-14';
export const STREAM_ARN =
  'arn:aws:dynamodb:eu-west-1:123456789012:table/OrderedEvents/stream/2026-10-01T08:12:44.361';

export interface Order {
  orderId: string;
  sequence: number;
}

export function orderEvent(n: number, changes: Partial<ReplayableEvent<Order>> = {}): ReplayableEvent<Order> {
  return {
    version: '0',
    id: `event-${n}`,
    'detail-type': 'Order Status Changed',
    source: 'com.example.shop',
    account: '123456789012',
    time: new Date(Date.UTC(2026, 9, 14, 9, 30, 5 + Math.floor(n / 3))).toISOString(),
    region: 'eu-west-1',
    resources: [],
    'replay-name': REPLAY,
    detail: { orderId: 'A-1001', sequence: n },
    ...changes,
  };
}

/** One append to a lane; no events stand for the deletion of an old lane by the table's TTL. */
export interface Append {
  orderingKey: string;
  events: ReplayableEvent[];
  /** The replay's first one by default. */
  run?: string;
  /** Those that the run is for. */
  consumers?: string[];
}

/**
 * The stream records of some appends. Offsets start at 0 in each lane.
 *
 * @param deflated Every other record by default.
 */
export function streamOf(
  appends: Append[],
  tiebreakerPath = '',
  deflated = (index: number) => index % 2 === 1,
): DynamoDBStreamEvent {
  const offsets = new Map<string, number>();
  const Records = appends.map(({ orderingKey, events, run = REPLAY, consumers }, index) => {
    const lane = laneOf(run, orderingKey);
    const sequenceNumber = String(100_000_000_061_894_315_953n + BigInt(index));
    if (events.length === 0) return removed(lane, sequenceNumber);
    const parsed = events.map((event) => parseEvent(event));
    const positions = parsed.map((event) => positionOf(event, { tiebreaker: tiebreakerPath }));
    const offset = (offsets.get(lane) ?? -1) + events.length;
    offsets.set(lane, offset);
    return {
      eventName: offset < events.length ? 'INSERT' : 'MODIFY',
      eventSource: 'aws:dynamodb',
      eventSourceARN: STREAM_ARN,
      dynamodb: {
        Keys: { lane: { S: lane } },
        NewImage: {
          lane: { S: lane },
          events: eventsAttribute(
            parsed.map(({ json }) => json),
            deflated(index),
          ),
          offset: { N: String(offset) },
          position: { S: positions.at(-1) },
          ...(consumers && { consumers: { L: consumers.map((S) => ({ S })) } }),
          ...(tiebreakerPath !== '' && {
            tiebreakers: { L: positions.map((position) => ({ S: parsePosition(position).tiebreaker })) },
          }),
        },
        SequenceNumber: sequenceNumber,
        StreamViewType: 'NEW_IMAGE',
      },
    };
  });
  return { Records };
}

/** What is deflated comes as Lambda sends a binary attribute. */
function eventsAttribute(texts: string[], deflated: boolean): unknown {
  if (!deflated) return { L: texts.map((S) => ({ S })) };
  return { B: deflateSync(JSON.stringify(texts)).toString('base64') };
}

function removed(lane: string, sequenceNumber: string): DynamoDBRecord {
  return {
    eventName: 'REMOVE',
    eventSource: 'aws:dynamodb',
    eventSourceARN: STREAM_ARN,
    dynamodb: {
      SequenceNumber: sequenceNumber,
      StreamViewType: 'NEW_IMAGE',
      ...{ Keys: { lane: { S: lane } } },
    },
  };
}

export function sequenceNumberOf(record: DynamoDBRecord | undefined): string {
  return record?.dynamodb?.SequenceNumber as string;
}

/** A Lambda context in which these times are left at one look after the other; the last one stays. */
export function contextWith(...remainingMs: number[]): Context {
  let looks = 0;
  return {
    getRemainingTimeInMillis: () => remainingMs[Math.min(looks++, remainingMs.length - 1)] ?? 300_000,
  };
}
