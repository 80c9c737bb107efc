import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';

/** A connection to a service in the same Region stands within milliseconds, or something is wrong with the host. */
const CONNECTION_TIMEOUT_MS = 1_000;
/** The slowest request, a page of 1 MB, takes a fraction of this. */
const REQUEST_TIMEOUT_MS = 3_000;
const MAX_ATTEMPTS = 4;
/** Twice the lanes that are appended to at once: a request that waits for a socket is taken for one that cannot connect. */
const MAX_SOCKETS = 64;

export type Clients = ReturnType<typeof createClients>;

export interface ClientOptions {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** How long a connection and a request may take, milliseconds; 1,000 and 3,000 by default. */
  timeoutsMs?: { connection: number; request: number };
}

/**
 * The configuration of every SDK client. What is left out comes from the environment: the endpoint, too, from
 * `AWS_ENDPOINT_URL`.
 *
 * @example
 * const replays = dynamoReplays({ client: new DynamoDBClient(clientConfig()), table: 'Replays' });
 */
export function clientConfig({ timeoutsMs, ...options }: ClientOptions = {}) {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return {
    ...options,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: timeoutsMs?.connection ?? CONNECTION_TIMEOUT_MS,
      requestTimeout: timeoutsMs?.request ?? REQUEST_TIMEOUT_MS,
      // Without it the SDK only warns of a request that takes too long.
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

/** All the clients at once. A function makes only those that it needs, to keep its bundle small. */
export function createClients(options: ClientOptions = {}) {
  const clients = {
    dynamodb: new DynamoDBClient(clientConfig(options)),
    eventbridge: new EventBridgeClient(clientConfig(options)),
    sfn: new SFNClient(clientConfig(options)),
    sqs: new SQSClient(clientConfig(options)),
  };
  return {
    ...clients,
    /** Closes all connections. */
    destroy(): void {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
