import { openEvent } from './lane-event';
import { deadlineLine, failureLine } from './log-lines';
import type { LaneRecord } from './stream-record';
import type { Context, DynamoDBBatchResponse, ReplayableHandler } from './types';

/**
 * Handles a batch's events in order, one at a time, until all are handled, one fails, or less than `minRemainingMs`
 * is left. The answer names the record to go on from: Lambda takes the lowest sequence number that is reported as its
 * checkpoint and delivers everything from there again, so one is enough.
 *
 * A batch may hold several lanes. A failure in one holds up all, because the checkpoint is one for all of them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function deliver(
  records: LaneRecord[],
  handler: ReplayableHandler,
  context: Context,
  minRemainingMs: number,
): Promise<DynamoDBBatchResponse> {
  let handled = 0;
  for (const record of records) {
    for (let index = 0; index < record.events.length; index++) {
      const remainingMs = context.getRemainingTimeInMillis();
      if (remainingMs < minRemainingMs) {
        console.warn(deadlineLine(record, index, { remainingMs, minRemainingMs }, handled > 0));
        return goOnFrom(record);
      }
      try {
        const { event, delivery } = openEvent(record, index);
        await handler(event, context, delivery);
        handled++;
      } catch (thrown) {
        console.error(failureLine(record, index, thrown));
        return goOnFrom(record);
      }
    }
  }
  return { batchItemFailures: [] };
}

function goOnFrom(record: LaneRecord): DynamoDBBatchResponse {
  return { batchItemFailures: [{ itemIdentifier: record.sequenceNumber }] };
}
