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
}

/** A busy machine, or a process that is client and server at once, is slow to answer itself: that is no fault. */
const PATIENCE_MS = 30_000;

/** The functions' clients, all at once, for an endpoint that is not AWS. */
export function createClients(options: ClientOptions) {
  const { requestHandler, ...rest } = clientConfig();
  const patient = {
    ...requestHandler,
    connectionTimeout: PATIENCE_MS,
    requestTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  };
  const config = { ...rest, ...options, requestHandler: patient };
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
