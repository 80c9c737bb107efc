import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';

/** A connection to a service in the same Region stands within milliseconds, or something is wrong with the host. */
const CONNECTION_TIMEOUT_MS = 1_000;
/** The slowest request, a page of 1 MB, takes a fraction of this; four attempts fit the collect function's time. */
const REQUEST_TIMEOUT_MS = 3_000;
const MAX_ATTEMPTS = 4;
/** Twice the lanes that are appended to at once. */
const MAX_SOCKETS = 64;

export type Clients = ReturnType<typeof createClients>;

export interface ClientOptions {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/**
 * The SDK's clients, for one function or process. What is left out comes from the environment: the endpoint, too,
 * from `AWS_ENDPOINT_URL`.
 *
 * @example
 * const clients = createClients();
 * const replays = dynamoReplays({ client: clients.dynamodb, table: 'Replays' });
 */
export function createClients(options: ClientOptions = {}) {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const config = {
    ...options,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it the SDK only warns of a request that takes too long.
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
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
