import type { Context, DynamoDBRecord } from 'aws-lambda';
import type { Delivery } from '../src/consumer';
import type { JsonObject } from '../src/core/json';

const MIN_REMAINING_MS = 1_000;

/**
 * What somebody would write for Powertools, for one batch, to get what `orderedReplay` gives: each event with its
 * place in the replay, in order, none begun too late, and none after one that failed. It is leaner than the wrapper:
 * it takes for granted that the items are the service's, that `time` has whole seconds and that ids need no escape.
 */
export function inOrder(
  onEvent: (event: JsonObject, delivery: Delivery) => Promise<void>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): (record: DynamoDBRecord) => Promise<void> {
  let stopped = false;
  return async ({ dynamodb }) => {
    if (stopped) throw new Error('Not begun: an event before it failed');
    const { lane, events, tiebreakers, offset, position } = dynamodb?.NewImage ?? {};
    const texts = events?.L ?? [];
    const hash = lane?.S?.indexOf('#') ?? 0;
    const replay = lane?.S?.slice(0, hash) ?? '';
    const orderingKey = lane?.S?.slice(hash + 1) ?? '';
    const first = Number(offset?.N) - (texts.length - 1);
    try {
      for (let index = 0; index < texts.length; index++) {
        if (context.getRemainingTimeInMillis() < MIN_REMAINING_MS) throw new Error('Too little time is left');
        const event = JSON.parse(texts[index]?.S as string) as JsonObject & { time: string };
        const isLast = index === texts.length - 1;
        const delivery: Delivery = {
          replay,
          orderingKey,
          offset: first + index,
          position: isLast
            ? (position?.S ?? '')
            : `${event.time.slice(0, 19)}.000000000Z#${tiebreakers?.L?.[index]?.S ?? ''}#${event.id}`,
        };
        await onEvent(event, delivery);
      }
    } catch (thrown) {
      stopped = true;
      throw thrown;
    }
  };
}
