import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clients, createClients } from '../../src/local/clients';
import { LOCAL_ACCESS } from './dynamodb-engine';

/** A request in the AWS JSON protocol. */
export interface StubRequest {
  /** Such as `AWSEvents.DescribeReplay`. */
  target: string;
  input: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  /** As it was sent. */
  body: string;
}

export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** As JSON, or a text as it is. */
  body: object | string;
}

/** None at all, or one of which the beginning comes and then nothing more. */
export type NoAnswer = 'never' | 'stops';

/** What AWS answers where a request came too soon after others. */
export const THROTTLED: StubAnswer = {
  status: 400,
  body: { __type: 'com.amazon.coral.availability#ThrottlingException', message: 'Rate exceeded' },
};

/**
 * A server on 127.0.0.1 that answers as a test says, and the real clients that talk to it: what goes over the wire
 * and comes back is part of what is tested.
 */
export async function startAwsStub() {
  const requests: StubRequest[] = [];
  const givenUp: StubRequest[] = [];
  const queued: (StubAnswer | NoAnswer)[] = [];
  const stub = {
    requests,
    /** Those whose sender closed the connection before an answer. */
    givenUp,
    /** Answers of the next requests; before all others. */
    next(...answers: (StubAnswer | NoAnswer)[]): void {
      queued.push(...answers);
    },
    answer: (({ target }) => ({ status: 500, body: { message: `no answer to ${target}` } })) as (
      request: StubRequest,
    ) => StubAnswer | NoAnswer,
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const received = {
      target: String(request.headers['x-amz-target']),
      input: JSON.parse(body) as Record<string, unknown>,
      headers: request.headers,
      body,
    };
    requests.push(received);
    response.once('close', () => response.writableEnded || givenUp.push(received));
    const answer = queued.shift() ?? stub.answer(received);
    if (answer === 'never') return;
    if (answer === 'stops') {
      response.writeHead(200, { 'content-length': '1000' }).write('{"Items":[');
      return;
    }
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/x-amz-json-1.1',
      ...answer.headers,
    });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: Clients = createClients({ endpoint, ...LOCAL_ACCESS });
  return Object.assign(stub, {
    endpoint,
    clients,
    async close() {
      clients.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

export type AwsStub = Awaited<ReturnType<typeof startAwsStub>>;
