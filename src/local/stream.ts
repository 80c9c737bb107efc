import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { AwsError } from './aws-error';

export type Item = Record<string, AttributeValue>;

/** Records that a mapping has read are kept up to this size, for people who look at the stream themselves. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * The stream of one table: a single shard of NEW_IMAGE records in the order of the writes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export class TableStream {
  readonly arn: string;
  readonly table: string;
  readonly #region: string;
  #records: DynamoDBRecord[] = [];
  /** Sequence number of the first record that is kept. */
  #first = 1;
  #readBytes = 0;
  readonly #keys = new Set<string>();
  #waiting: (() => void)[] = [];

  constructor(table: string, arn: string, region: string) {
    this.table = table;
    this.arn = arn;
    this.#region = region;
  }

  get end(): number {
    return this.#first + this.#records.length;
  }

  get trimHorizon(): number {
    return this.#first;
  }

  /** Nothing is ever removed from the table here, so an item that was changed before is there still. */
  append(keys: Item, newImage: Item, sizeBytes: number): void {
    const sequenceNumber = this.end;
    const key = JSON.stringify(keys);
    const eventName = this.#keys.has(key) ? 'MODIFY' : 'INSERT';
    this.#keys.add(key);
    this.#records.push({
      eventID: sequenceNumber.toString(16).padStart(32, '0'),
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.#region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(Date.now() / 1_000),
        Keys: keys as never,
        NewImage: newImage as never,
        SequenceNumber: textOf(sequenceNumber),
        SizeBytes: sizeBytes,
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: this.arn,
    });
    this.wakeReaders();
  }

  read(from: number, limit: number): DynamoDBRecord[] {
    if (from < this.#first) throw trimmed();
    const start = from - this.#first;
    return this.#records.slice(start, start + limit);
  }

  /** Resolves when there is a record at or after `from`. */
  async arrival(from: number): Promise<void> {
    if (this.end > from) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Lets waiting readers look again, to see that they were stopped. */
  wakeReaders(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** A mapping has handled this many more records: the oldest may go when they take too much room. */
  release(count: number, upTo: number): void {
    for (const record of this.read(upTo - count, count)) this.#readBytes += record.dynamodb?.SizeBytes ?? 0;
    while (this.#readBytes > MAX_READ_BYTES && this.#first < upTo) {
      this.#readBytes -= this.#records.shift()?.dynamodb?.SizeBytes ?? 0;
      this.#first++;
    }
  }
}

/** Sequence numbers are texts of the same length, so they sort as text. */
export function textOf(sequenceNumber: number): string {
  return String(sequenceNumber).padStart(21, '0');
}

export function trimmed(): AwsError {
  return new AwsError('TrimmedDataAccessException', 'The records asked for are no longer kept.');
}
