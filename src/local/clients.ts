import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig, type Timeouts } from '../aws/clients';

export type Clients = ReturnType<typeof createClients>;

export interface ClientOptions {
  endpoint: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  timeoutsMs?: Timeouts;
}

/** The functions' clients, all at once, for an endpoint that is not AWS. */
export function createClients({ timeoutsMs, ...options }: ClientOptions) {
  const config = { ...clientConfig(timeoutsMs), ...options };
  const clients = {
    dynamodb: new DynamoDBClient(config),
    eventbridge: new EventBridgeClient(config),
    sfn: new SFNClient(config),
    sqs: new SQSClient(config),
  };
  return {
    ...clients,
    /** Closes all connections. */
    destroy(): void {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
