import { dynamoReplays } from '../../src/aws/replays';
import { dynamoRuns } from '../../src/aws/runs';
import { memoryReplays } from '../fakes/replays';
import { startDynamoDb } from './dynamodb-engine';
import { runsSuite } from './runs.suite';

/** Other engines than dynalite may be far away. */
jest.setTimeout(60_000);

describe('the runs in memory', () => {
  runsSuite(async () => ({ table: memoryReplays(), close: async () => undefined }));
});

describe('the runs on DynamoDB', () => {
  runsSuite(async () => {
    const engine = await startDynamoDb();
    const options = { client: engine.client, table: engine.tables.replays };
    return { table: { ...dynamoReplays(options), ...dynamoRuns(options) }, close: () => engine.close() };
  });
});
