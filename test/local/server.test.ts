import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { LocalService } from '../../src/local/operations';
import { type LocalServer, serve } from '../../src/local/server';

const ECHO: LocalService = {
  targetPrefix: 'AWSEcho',
  operations: {
    Echo: (input) => input,
    Fail: () => {
      throw new Error('broken');
    },
  },
};

let server: LocalServer;
beforeAll(async () => {
  server = await serve([ECHO], (_, response) => response.end('{"dynamodb":true}'));
});
afterAll(() => server.close());

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

function post(
  target: string | undefined,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      server.endpoint,
      { method: 'POST', headers: { ...(target && { 'x-amz-target': target }), ...headers } },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode as number, body: JSON.parse(text) as Answer['body'] });
      },
    );
    request.on('error', reject).end(body);
  });
}

const port = () => Number(new URL(server.endpoint).port);

test('answers an operation, and DynamoDB on the same port', async () => {
  expect(await post('AWSEcho.Echo', '{"a":[1]}')).toEqual({ status: 200, body: { a: [1] } });
  expect(await post('DynamoDB_20120810.GetItem', '{}')).toEqual({ status: 200, body: { dynamodb: true } });
});

test('an empty body counts as no input', async () => {
  expect(await post('AWSEcho.Echo', '')).toEqual({ status: 200, body: {} });
});

describe('a request that names another host', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1:1', 'localhost', '0.0.0.0', '[::1]'])(
    'as %s is forbidden, for DynamoDB too',
    async (host) => {
      for (const target of ['AWSEcho.Echo', 'DynamoDB_20120810.GetItem']) {
        const { status, body } = await post(target, '{}', { host });
        expect({ status, type: body.__type }).toEqual({ status: 403, type: 'AccessDeniedException' });
      }
    },
  );

  test('as localhost with this port is answered', async () => {
    expect(await post('AWSEcho.Echo', '{}', { host: `localhost:${port()}` })).toMatchObject({ status: 200 });
  });
});

test('listens on 127.0.0.1 and on no other address of this machine', async () => {
  expect(server.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  );
  for (const host of ['127.0.0.2', ...others]) {
    const socket = connect({ host, port: port() });
    const [outcome] = await Promise.race([
      once(socket, 'connect').then(() => ['connected']),
      new Promise<string[]>((resolve) => socket.once('error', () => resolve(['refused']))),
    ]);
    socket.destroy();
    expect({ host, outcome }).toEqual({ host, outcome: 'refused' });
  }
});

describe('what it does not know', () => {
  test('an operation is refused by name, with those that there are', async () => {
    expect(await post('AWSEcho.Shout', '{}')).toEqual({
      status: 400,
      body: {
        __type: 'UnknownOperationException',
        message: 'AWSEcho.Shout is not supported by the local runtime; of this service it has Echo, Fail.',
      },
    });
  });

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'a name that every object inherits (%s) is no operation',
    async (name) => {
      expect(await post(`AWSEcho.${name}`, '{}')).toMatchObject({
        status: 400,
        body: { __type: 'UnknownOperationException' },
      });
    },
  );

  test('a service is refused by name, with those that there are', async () => {
    const { status, body } = await post('AWSLambda.Invoke', '{}');
    expect(status).toBe(400);
    expect(body.message).toBe(
      'AWSLambda.Invoke is not supported by the local runtime; it has AWSEcho, DynamoDB_20120810.',
    );
  });

  test('a request of another protocol is refused', async () => {
    const { status, body } = await post(undefined, 'Action=ListQueues');
    expect(status).toBe(400);
    expect(body.message).toContain('A request without an X-Amz-Target header is not supported');
  });
});

describe('a body', () => {
  test.each(['{', '[]', '"text"', 'null', '\u0000'])('that is %j is refused as malformed', async (body) => {
    expect(await post('AWSEcho.Echo', body)).toEqual({
      status: 400,
      body: { __type: 'SerializationException', message: 'The request body is not a JSON object.' },
    });
  });

  test('over 16 MiB is refused, with its size', async () => {
    const { status, body } = await post('AWSEcho.Echo', `"${' '.repeat(17 * 1024 * 1024)}"`);
    expect({ status, type: body.__type }).toEqual({ status: 413, type: 'RequestEntityTooLargeException' });
    expect(body.message).toContain('17825794 bytes');
  });
});

test("an unexpected error is answered as AWS's failure and the server goes on", async () => {
  expect(await post('AWSEcho.Fail', '{}')).toEqual({
    status: 500,
    body: { __type: 'InternalFailure', message: 'broken' },
  });
  expect(await post('AWSEcho.Echo', '{}')).toMatchObject({ status: 200 });
});

test('a port that is taken is an error', async () => {
  await expect(serve([], () => undefined, port())).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
