import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type CollectDeps, type Collected, createCollector } from '../core/collect';
import { type Telemetry, withoutMessage } from './telemetry';

/** What the state machine passes (an event) or the side road (a batch of messages whose bodies are events). */
export type CollectInput = SQSEvent | Record<string, unknown>;

/**
 * Collects one event, or each event of an SQS batch.
 *
 * On the state machine's road a failure is thrown, for its `Retry` and `Catch`. On the side road the messages that
 * failed are named and come back on their own:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function createCollectHandler(deps: CollectDeps & { telemetry: Telemetry }) {
  const { telemetry } = deps;
  const collect = createCollector(deps);

  async function collectEvent(input: unknown, fields: { messageId?: string }): Promise<Collected> {
    try {
      const collected = await collect(input);
      // One line for each collected event would cost more than collecting it: the sequencer counts those.
      if (collected.outcome === 'duplicate') telemetry.count('duplicates', 1);
      if (collected.outcome === 'late') {
        telemetry.count('late', 1);
        telemetry.info('The event came after the seal and is held', {
          replay: collected.replay,
          eventId: collected.eventId,
        });
      }
      return collected;
    } catch (error) {
      telemetry.failure('The event was not collected', error, fields);
      throw withoutMessage(error);
    }
  }

  async function collectBatch(records: SQSRecord[]): Promise<SQSBatchResponse> {
    const parked = records.filter((record) => record.attributes.ApproximateReceiveCount === '1').length;
    if (parked > 0) telemetry.count('parked', parked);
    const results = await Promise.allSettled(
      records.map(({ body, messageId }) => collectEvent(body, { messageId })),
    );
    const failed = records.filter((_, index) => results[index]?.status === 'rejected');
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }

  return async (input: CollectInput): Promise<Collected | SQSBatchResponse> => {
    try {
      return await (isSqsBatch(input) ? collectBatch(input.Records) : collectEvent(input, {}));
    } finally {
      telemetry.flush();
    }
  };
}

function isSqsBatch(input: CollectInput): input is SQSEvent {
  return Array.isArray(input?.Records) && input.Records[0]?.eventSource === 'aws:sqs';
}
