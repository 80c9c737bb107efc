import type { JsonObject } from '../core/json';
import { invalidParameter, notFound } from './aws-error';
import { type LocalService, requireText } from './operations';
import { type TableStream, textOf, trimmed } from './stream';

const SHARD_ID = 'shardId-00000000000000000000-00000001';

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
        const start = wholeNumber(from, 'ShardIterator');
        const records = streamOf({ StreamArn: arn }).read(
          start,
          Math.min(Number(input.Limit ?? 1_000), 1_000),
        );
        return { Records: records, NextShardIterator: `${arn}|${start + records.length}` };
      },
    },
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
function startOf(stream: TableStream, input: JsonObject): number {
  const type = requireText(input, 'ShardIteratorType');
  if (type === 'TRIM_HORIZON') return stream.trimHorizon;
  if (type === 'LATEST') return stream.end;
  if (type !== 'AT_SEQUENCE_NUMBER' && type !== 'AFTER_SEQUENCE_NUMBER') {
    throw invalidParameter(
      `ShardIteratorType ${type}: allowed are TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER.`,
    );
  }
  const given = wholeNumber(requireText(input, 'SequenceNumber'), 'SequenceNumber');
  const start = type === 'AFTER_SEQUENCE_NUMBER' ? given + 1 : given;
  if (start < stream.trimHorizon) throw trimmed();
  return start;
}

function wholeNumber(text: string, member: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw invalidParameter(`Parameter ${member} is "${text}", where a number is expected.`);
}
