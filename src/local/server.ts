import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type JsonObject } from '../core/event';
import { AwsError } from './aws-error';
import type { LocalService } from './operations';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 16 * 1024 * 1024;
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
 */
export async function serve(services: LocalService[], dynamodb: RequestListener, port = 0): Promise<LocalServer> {
  const server = createServer((request, response) => {
    if (!isOwnHost(request, server)) {
      return answer(response, 403, { __type: 'AccessDeniedException', message: 'The Host header names another server.' });
    }
    const [prefix = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    if (prefix === DYNAMODB) return dynamodb(request, response);
    handle(services, prefix, operation, request).then(
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

async function handle(services: LocalService[], prefix: string, operation: string, request: IncomingMessage) {
  const service = services.find(({ targetPrefix }) => targetPrefix === prefix);
  const run = service && Object.hasOwn(service.operations, operation) && service.operations[operation];
  if (!run) throw unsupported(services, prefix, operation);
  return run(await readJson(request));
}

function unsupported(services: LocalService[], prefix: string, operation: string): AwsError {
  const known = services.find(({ targetPrefix }) => targetPrefix === prefix);
  const supported = known
    ? `of this service it has ${Object.keys(known.operations).join(', ')}`
    : `it has ${[...services.map(({ targetPrefix }) => targetPrefix), DYNAMODB].join(', ')}`;
  const asked = prefix ? `${prefix}.${operation}` : 'A request without an X-Amz-Target header';
  return new AwsError('UnknownOperationException', `${asked} is not supported by the local runtime; ${supported}.`);
}

async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new AwsError('RequestEntityTooLargeException', 'The request is too large.', 413);
    chunks.push(chunk);
  }
  try {
    const body: unknown = bytes === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (isObject(body)) return body;
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

function answerError(response: ServerResponse, error: unknown): void {
  if (error instanceof AwsError) {
    return answer(response, error.status, { __type: error.name, message: error.message });
  }
  const message = error instanceof Error ? error.message : String(error);
  answer(response, 500, { __type: 'InternalFailure', message });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function isOwnHost(request: IncomingMessage, server: Server): boolean {
  const port = portOf(server);
  return [`${HOST}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
