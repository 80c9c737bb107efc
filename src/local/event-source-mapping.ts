import { setTimeout as delay } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { LocalQueue } from './queue';
import type { TableStream } from './stream';

/** Calls a function with a payload, as Lambda does. */
export type Invoke = (payload: unknown) => Promise<unknown>;

export interface StreamMappingOptions {
  /** Most records a batch; Lambda's default. */
  batchSize?: number;
  /** Told of each failed batch, with the number of failures in a row at the same record. */
  failed?: (failures: number, error: unknown) => void;
}

const RETRY_AFTER_MS = 200;
const QUEUE_POLL_MS = 100;
/** Lambda's default. */
const QUEUE_BATCH = 10;

/**
 * A DynamoDB stream as a function's event source: batches in order, and after a failure everything again from the
 * record that failed (`ReportBatchItemFailures`), for as long as it takes.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * @returns a function that stops the mapping and waits for the batch in flight.
 */
export function mapStream(
  stream: TableStream,
  invoke: Invoke,
  options: StreamMappingOptions = {},
): () => Promise<void> {
  let running = true;
  const loop = async () => {
    let next = stream.trimHorizon;
    let failures = 0;
    while (running) {
      await stream.arrival(next);
      const batch = stream.read(next, options.batchSize ?? 100);
      if (!running || batch.length === 0) continue;
      const { handled, error } = await handleBatch(batch, invoke);
      next += handled;
      stream.release(handled, next);
      if (handled === batch.length) {
        failures = 0;
        continue;
      }
      failures = handled > 0 ? 1 : failures + 1;
      options.failed?.(failures, error);
      await delay(RETRY_AFTER_MS);
    }
  };
  const done = loop();
  return async () => {
    running = false;
    stream.wakeReaders();
    await done;
  };
}

/** How many records from the start of the batch are done. */
async function handleBatch(
  batch: DynamoDBRecord[],
  invoke: Invoke,
): Promise<{ handled: number; error?: unknown }> {
  const sequenceNumbers = batch.map((record) => record.dynamodb?.SequenceNumber ?? '');
  try {
    const failed = failedOf(await invoke({ Records: batch }), sequenceNumbers);
    if (failed.length === 0) return { handled: batch.length };
    // The lowest one is the checkpoint.
    const handled = Math.min(...failed.map((failure) => sequenceNumbers.indexOf(failure)));
    return { handled, error: new Error('The function reported a failed record.') };
  } catch (error) {
    return { handled: 0, error };
  }
}

/**
 * A queue as a function's event source, with partial batch responses.
 *
 * @param permitted asked before each call that Lambda makes in the name of the function's role.
 * @param batchSize most messages in one call.
 */
export function mapQueue(
  queue: LocalQueue,
  invoke: Invoke,
  permitted: (action: string) => boolean = () => true,
  batchSize = QUEUE_BATCH,
): () => Promise<void> {
  let running = true;
  const loop = async () => {
    while (running) {
      const records = permitted('sqs:ReceiveMessage') ? queue.receive(batchSize) : [];
      if (records.length === 0) {
        await delay(QUEUE_POLL_MS);
        continue;
      }
      const ids = records.map(({ messageId }) => messageId);
      const failed = await invoke({ Records: records })
        .then((response) => failedOf(response, ids))
        .catch(() => ids);
      for (const { messageId, receiptHandle } of records) {
        if (!failed.includes(messageId) && permitted('sqs:DeleteMessage')) queue.delete(receiptHandle);
      }
    }
  };
  const done = loop();
  return async () => {
    running = false;
    await done;
  };
}

/**
 * What a function answers that failed: nothing where it answers nothing, everything where it names what is not in
 * the batch. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
function failedOf(response: unknown, all: string[]): string[] {
  const failures = (response as Partial<DynamoDBBatchResponse> | null)?.batchItemFailures ?? [];
  const failed = failures.map((failure) => failure?.itemIdentifier);
  return failed.every((identifier) => all.includes(identifier)) ? failed : all;
}
