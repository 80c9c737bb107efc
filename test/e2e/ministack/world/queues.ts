import type { Emulator } from './emulator';
import type { Stack } from './stacks';

type Queue = 'OverflowQueueUrl' | 'DeadLettersQueueUrl';

/** Messages in a queue, whatever their state. */
export async function depthOf({ cli }: Emulator, stack: Stack, queue: Queue): Promise<number> {
  const url = stack.outputs[queue] as string;
  const { Attributes } = await cli(
    'sqs',
    'get-queue-attributes',
    '--queue-url',
    url,
    '--attribute-names',
    'All',
  );
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}

/**
 * Redrives the one dead letter by hand, as docs/errors.md asks for: the event whose tiebreaker cannot be ordered is
 * mended on the way.
 */
export async function redriveMended({ cli }: Emulator, stack: Stack): Promise<void> {
  const dead = ['--queue-url', stack.outputs.DeadLettersQueueUrl as string];
  const overflow = ['--queue-url', stack.outputs.OverflowQueueUrl as string];
  const { Messages } = await cli('sqs', 'receive-message', ...dead);
  expect(Messages).toHaveLength(1);
  const [{ Body, ReceiptHandle }] = Messages;
  const event = JSON.parse(Body);
  event.detail.sequence = event.detail.n;
  await cli('sqs', 'send-message', ...overflow, '--message-body', JSON.stringify(event));
  await cli('sqs', 'delete-message', ...dead, '--receipt-handle', ReceiptHandle);
}
