import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { JsonObject } from '../core/event';
import { AwsError, notFound } from './aws-error';
import { type LocalService, requireText } from './operations';

export type Item = Record<string, AttributeValue>;

const SHARD_ID = 'shardId-00000000000000000000-00000001';
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

  append(eventName: 'INSERT' | 'MODIFY' | 'REMOVE', keys: Item, newImage: Item | undefined): void {
    const sequenceNumber = this.end;
    this.#records.push({
      eventID: sequenceNumber.toString(16).padStart(32, '0'),
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.#region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(Date.now() / 1_000),
        Keys: keys as never,
        ...(newImage && { NewImage: newImage as never }),
        SequenceNumber: textOf(sequenceNumber),
        SizeBytes: newImage ? Buffer.byteLength(JSON.stringify(newImage)) : 0,
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: this.arn,
    });
    for (const wake of this.#waiting.splice(0)) wake();
  }

  read(from: number, limit: number): DynamoDBRecord[] {
    if (from < this.#first) {
      throw new AwsError('TrimmedDataAccessException', 'The records asked for are no longer kept.');
    }
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

/** DynamoDB Streams, as far as one open shard goes. */
export function streamsService(streams: Map<string, TableStream>): LocalService {
  const streamOf = (input: JsonObject): TableStream => {
    const arn = requireText(input, 'StreamArn');
    const stream = streams.get(arn);
    if (!stream) throw notFound(`Requested resource not found: Stream: ${arn} not found`);
    return stream;
  };
  const summary = ({ arn, table }: TableStream) => ({
    StreamArn: arn,
    TableName: table,
    StreamLabel: arn.slice(arn.lastIndexOf('/') + 1),
  });
  return {
    targetPrefix: 'DynamoDBStreams_20120810',
    operations: {
      ListStreams: () => ({ Streams: [...streams.values()].map(summary) }),
      DescribeStream: (input) => {
        const stream = streamOf(input);
        const range = { StartingSequenceNumber: textOf(stream.trimHorizon) };
        return {
          StreamDescription: {
            ...summary(stream),
            StreamStatus: 'ENABLED',
            StreamViewType: 'NEW_IMAGE',
            KeySchema: [{ AttributeName: 'lane', KeyType: 'HASH' }],
            Shards: [{ ShardId: SHARD_ID, SequenceNumberRange: range }],
          },
        };
      },
      GetShardIterator: (input) => {
        const stream = streamOf(input);
        return { ShardIterator: `${stream.arn}|${startOf(stream, input)}` };
      },
      GetRecords: (input) => {
        const [arn = '', from = ''] = requireText(input, 'ShardIterator').split('|');
        const stream = streamOf({ StreamArn: arn });
        const records = stream.read(Number(from), Math.min(Number(input.Limit ?? 1_000), 1_000));
        return { Records: records, NextShardIterator: `${arn}|${Number(from) + records.length}` };
      },
    },
  };
}

function startOf(stream: TableStream, input: JsonObject): number {
  const type = requireText(input, 'ShardIteratorType');
  if (type === 'TRIM_HORIZON') return stream.trimHorizon;
  if (type === 'LATEST') return stream.end;
  const given = Number(requireText(input, 'SequenceNumber'));
  return type === 'AFTER_SEQUENCE_NUMBER' ? given + 1 : given;
}

function textOf(sequenceNumber: number): string {
  return String(sequenceNumber).padStart(21, '0');
}
