import { GetQueueAttributesCommand, type QueueAttributeName, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../core/ports';
import { tellingUnavailable } from './unavailable';

const DEPTHS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const satisfies QueueAttributeName[];

export interface QueueUrls {
  overflow: string;
  deadLetters: string;
}

/** Depths of the stack's two queues. */
export function sqsQueues({ client, urls }: { client: SQSClient; urls: QueueUrls }): Queues {
  return tellingUnavailable('SQS', {
    async depth(queue) {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: urls[queue], AttributeNames: [...DEPTHS] }),
      );
      return DEPTHS.reduce((sum, name) => sum + countIn(Attributes?.[name], name), 0);
    },
  });
}

/** A depth that is missing is not 0: an empty queue is what a replay is sealed on. */
function countIn(text: string | undefined, name: string): number {
  if (text === undefined || !/^\d+$/.test(text)) {
    throw new TypeError(`GetQueueAttributes answered ${name} with ${text}, where a count is expected.`);
  }
  return Number(text);
}
