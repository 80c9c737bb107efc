import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { clientConfig } from '../src/aws/clients';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoReplays } from '../src/aws/replays';
import { sfnSequencerStarts } from '../src/aws/sequencer-starts';
import { createCollectHandler } from '../src/lambda/collect-handler';
import { readSettings, requireVariable } from '../src/lambda/environment';
import { systemClock } from '../src/lambda/system-clock';
import { powertoolsTelemetry } from '../src/lambda/telemetry';

const { env } = process;
const dynamodb = new DynamoDBClient(clientConfig());

/** Writes one replayed event to the buffer; called by the state machine `collect` and by the queue `Overflow`. */
export const handler = createCollectHandler({
  clock: systemClock,
  buffer: dynamoEventBuffer({ client: dynamodb, table: requireVariable(env, 'BUFFER_TABLE') }),
  replays: dynamoReplays({ client: dynamodb, table: requireVariable(env, 'REPLAYS_TABLE') }),
  starts: sfnSequencerStarts({
    client: new SFNClient(clientConfig()),
    stateMachineArn: requireVariable(env, 'SEQUENCE_STATE_MACHINE_ARN'),
  }),
  settings: readSettings(env),
  telemetry: powertoolsTelemetry(),
});
