import type { JsonObject } from '../core/json';
import { AwsError } from './aws-error';
import { type LocalService, requireText } from './operations';
import { type LocalQueue, md5 } from './queue';

/** Amazon SQS, as far as looking after the two queues goes: read, purge and redrive dead letters. */
export function queueService(queues: LocalQueue[]): LocalService {
  const find = (matches: (queue: LocalQueue) => boolean, asked: string): LocalQueue => {
    const queue = queues.find(matches);
    if (!queue) throw new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${asked}`);
    return queue;
  };
  const queueOf = (input: JsonObject) => {
    const url = requireText(input, 'QueueUrl');
    // Clients may reach the server as localhost too; the queue's name decides.
    return find(({ options }) => options.name === url.slice(url.lastIndexOf('/') + 1), url);
  };
  const byArn = (arn: string) => find(({ options }) => options.arn === arn, arn);
  return {
    targetPrefix: 'AmazonSQS',
    operations: {
      ListQueues: () => ({ QueueUrls: queues.map(({ options }) => options.url) }),
      GetQueueUrl: (input) => {
        const name = requireText(input, 'QueueName');
        return { QueueUrl: find(({ options }) => options.name === name, name).options.url };
      },
      GetQueueAttributes: (input) => {
        const queue = queueOf(input);
        const { visible, inFlight } = queue.depth();
        return {
          Attributes: {
            QueueArn: queue.options.arn,
            ApproximateNumberOfMessages: String(visible),
            ApproximateNumberOfMessagesNotVisible: String(inFlight),
            ApproximateNumberOfMessagesDelayed: '0',
          },
        };
      },
      SendMessage: (input) => {
        const body = requireText(input, 'MessageBody');
        return { MessageId: queueOf(input).send(body).id, MD5OfMessageBody: md5(body) };
      },
      ReceiveMessage: (input) => {
        const records = queueOf(input).receive(Number(input.MaxNumberOfMessages ?? 1));
        return {
          Messages: records.map((record) => ({
            MessageId: record.messageId,
            ReceiptHandle: record.receiptHandle,
            Body: record.body,
            MD5OfBody: record.md5OfBody,
          })),
        };
      },
      DeleteMessage: (input) => queueOf(input).delete(requireText(input, 'ReceiptHandle')),
      PurgeQueue: (input) => queueOf(input).purge(),
      StartMessageMoveTask: (input) => {
        const source = byArn(requireText(input, 'SourceArn'));
        const destination = queues.find(({ options }) => options.redrive?.deadLetters === source);
        if (!destination)
          throw new AwsError('UnsupportedOperation', 'Source queue must be a dead-letter queue.');
        return { TaskHandle: String(source.moveTo(destination)) };
      },
    },
  };
}
