import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Authorize, apiCallsOf } from './api-call';
import { AwsError } from './aws-error';
import { answer, answerError, readJson } from './json-body';
import type { LocalService } from './operations';

const HOST = '127.0.0.1';
const DYNAMODB = 'DynamoDB_20120810';

export interface LocalServer {
  endpoint: string;
  close(): Promise<void>;
}

/**
 * Serves the AWS JSON protocol on 127.0.0.1, so that the AWS CLI and every SDK are clients
 * (`AWS_ENDPOINT_URL=<endpoint>`).
 *
 * Only requests whose Host header names this very address are answered: a web page that reaches the port under
 * another name (DNS rebinding) gets 403.
 *
 * @param authorize asked before each call of the services; DynamoDB's are its own affair.
 */
export async function serve(
  services: LocalService[],
  dynamodb: RequestListener,
  port = 0,
  authorize?: Authorize,
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    if (!isOwnHost(request, server)) {
      return answer(response, 403, {
        __type: 'AccessDeniedException',
        message: 'The Host header names another server.',
      });
    }
    const [prefix = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    if (prefix === DYNAMODB) return dynamodb(request, response);
    handle(services, prefix, operation, request, authorize).then(
      (output) => answer(response, 200, output ?? {}),
      (error: unknown) => answerError(response, error),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve);
  });
  return {
    endpoint: `http://${HOST}:${portOf(server)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  services: LocalService[],
  prefix: string,
  operation: string,
  request: IncomingMessage,
  authorize?: Authorize,
) {
  const service = services.find(({ targetPrefix }) => targetPrefix === prefix);
  const run = service && Object.hasOwn(service.operations, operation) && service.operations[operation];
  if (!run) throw unsupported(services, prefix, operation);
  const input = await readJson(request);
  if (authorize) for (const call of apiCallsOf(request.headers, input)) authorize(call);
  return run(input);
}

function unsupported(services: LocalService[], prefix: string, operation: string): AwsError {
  const known = services.find(({ targetPrefix }) => targetPrefix === prefix);
  const supported = known
    ? `of this service it has ${Object.keys(known.operations).join(', ')}`
    : `it has ${[...services.map(({ targetPrefix }) => targetPrefix), DYNAMODB].join(', ')}`;
  const asked = prefix ? `${prefix}.${operation}` : 'A request without an X-Amz-Target header';
  return new AwsError(
    'UnknownOperationException',
    `${asked} is not supported by the local runtime; ${supported}.`,
  );
}

function isOwnHost(request: IncomingMessage, server: Server): boolean {
  const port = portOf(server);
  return [`${HOST}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
