import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from '../src/aws/clients';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoLanes } from '../src/aws/lanes';
import { sqsQueues } from '../src/aws/queues';
import { eventBridgeReplayStatus } from '../src/aws/replay-status';
import { dynamoReplays } from '../src/aws/replays';
import { readSettings, requireVariable } from '../src/lambda/environment';
import { createReleaseHandler } from '../src/lambda/release-handler';
import { systemClock } from '../src/lambda/system-clock';
import { powertoolsTelemetry } from '../src/lambda/telemetry';

const { env } = process;
const dynamodb = new DynamoDBClient(clientConfig());

/** Forwards the events that are due and answers when the next one is; called by the state machine `sequence`. */
export const handler = createReleaseHandler({
  clock: systemClock,
  buffer: dynamoEventBuffer({ client: dynamodb, table: requireVariable(env, 'BUFFER_TABLE') }),
  replays: dynamoReplays({ client: dynamodb, table: requireVariable(env, 'REPLAYS_TABLE') }),
  lanes: dynamoLanes({ client: dynamodb, table: requireVariable(env, 'ORDERED_EVENTS_TABLE') }),
  status: eventBridgeReplayStatus({ client: new EventBridgeClient(clientConfig()) }),
  queues: sqsQueues({
    client: new SQSClient(clientConfig()),
    overflowUrl: requireVariable(env, 'OVERFLOW_QUEUE_URL'),
    deadLettersUrl: requireVariable(env, 'DEAD_LETTERS_QUEUE_URL'),
  }),
  settings: readSettings(env),
  telemetry: powertoolsTelemetry(),
});
