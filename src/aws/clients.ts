/** A connection to a service in the same Region stands within milliseconds, or something is wrong with the host. */
const CONNECTION_TIMEOUT_MS = 1_000;
/** The slowest request, a page of 1 MB, takes a fraction of this. */
const REQUEST_TIMEOUT_MS = 3_000;
const MAX_ATTEMPTS = 4;
/** Twice the lanes that are appended to at once: time spent waiting for a free socket counts as connecting. */
const MAX_SOCKETS = 64;

export interface Patience {
  maxAttempts: number;
  /** How long a request may take to be answered. */
  requestTimeoutMs: number;
}

const PATIENT: Patience = { maxAttempts: MAX_ATTEMPTS, requestTimeoutMs: REQUEST_TIMEOUT_MS };

/**
 * Of `collect`, for which a state machine waits three seconds: it reads and writes single items, so a request that takes a
 * second is lost, and there is time for another.
 */
export const HURRIED: Patience = { maxAttempts: 3, requestTimeoutMs: 1_000 };

/**
 * The configuration of every SDK client. Region, credentials and endpoint come from the environment.
 *
 * @example
 * const replays = dynamoReplays({ client: new DynamoDBClient(clientConfig()), table: 'Replays' });
 */
export function clientConfig({ maxAttempts, requestTimeoutMs }: Patience = PATIENT) {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      // The one before is over with the answer's first bytes: one that stops in the middle would be waited for, for ever.
      socketTimeout: requestTimeoutMs,
      // Without it the SDK only warns of a request that takes too long.
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
