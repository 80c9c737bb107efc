import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from '../aws/clients';

export type Clients = ReturnType<typeof createClients>;

export interface ClientOptions {
  endpoint: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** How long a connection and a request may take, milliseconds; by default as in the deployed functions. */
  timeoutsMs?: { connection: number; request: number };
}

/** The functions' clients, all at once, for an endpoint that is not AWS. */
export function createClients({ timeoutsMs, ...options }: ClientOptions) {
  const timeouts = timeoutsMs && {
    connectionTimeout: timeoutsMs.connection,
    requestTimeout: timeoutsMs.request,
  };
  const { requestHandler, ...rest } = clientConfig();
  const config = { ...rest, ...options, requestHandler: { ...requestHandler, ...timeouts } };
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
