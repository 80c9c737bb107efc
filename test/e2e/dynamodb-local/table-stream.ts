import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type AttributeValue,
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from '../../../src/consumer';

/** A table's stream from its beginning to its end of now, as Lambda would hand it over. */
export async function readStream(
  { dynamodb, streams }: { dynamodb: DynamoDBClient; streams: DynamoDBStreamsClient },
  table: string,
): Promise<DynamoDBRecord[]> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const arn = Table?.LatestStreamArn as string;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: arn }));
  const records: DynamoDBRecord[] = [];
  // Parents come before their children.
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const from = await streams.send(
      new GetShardIteratorCommand({ StreamArn: arn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    for (let iterator = from.ShardIterator; iterator; ) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 1_000 }));
      records.push(...(page.Records ?? []).map((record) => asLambdaHasIt(record, arn)));
      iterator = page.Records?.length ? page.NextShardIterator : undefined;
    }
  }
  return records;
}

function asLambdaHasIt({ dynamodb, eventName }: StreamRecord, arn: string): DynamoDBRecord {
  const { SequenceNumber, StreamViewType, NewImage = {} } = dynamodb ?? {};
  return {
    eventName,
    eventSource: 'aws:dynamodb',
    eventSourceARN: arn,
    dynamodb: { SequenceNumber, StreamViewType, NewImage: withBase64(NewImage) },
  } as DynamoDBRecord;
}

function withBase64(image: Record<string, AttributeValue>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(image).map(([name, value]) => [
      name,
      value.B ? { B: Buffer.from(value.B).toString('base64') } : value,
    ]),
  );
}
