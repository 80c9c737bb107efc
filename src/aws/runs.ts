import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Runs } from '../operator/ports';
import { encodeItem } from './attributes';
import { writeIf } from './conditional-write';
import { createPlaceholders } from './expression';
import { REPLAY_ROW } from './replay-row';
import { tellingUnavailable } from './unavailable';

/** Rows of reruns, in the table `Replays`. */
export function dynamoRuns({ client, table }: { client: DynamoDBClient; table: string }): Runs {
  return tellingUnavailable('DynamoDB', {
    add({ problems: _, ...row }) {
      const { path, parameters } = createPlaceholders();
      const put = new PutItemCommand({
        TableName: table,
        Item: encodeItem(REPLAY_ROW, row),
        ConditionExpression: `attribute_not_exists(${path('replay')})`,
        ...parameters(),
      });
      return writeIf(client, put);
    },
  });
}
