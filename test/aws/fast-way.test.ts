import { createHash, createHmac } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { clientConfig } from '../../src/aws/clients';
import { deflatedText } from '../../src/aws/deflated';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { dynamoLanes } from '../../src/aws/lanes';
import { SEALED } from '../support/selections';
import {
  type AwsStub,
  type NoAnswer,
  type StubAnswer,
  type StubRequest,
  startAwsStub,
  THROTTLED,
} from './aws-stub';
import { LOCAL_ACCESS } from './dynamodb-engine';

const TABLE = 'OrderedEvents';
const SECRET = 'a secret';
const events = [1, 2].map((n) => ({
  position: `2026-11-20T12:00:0${n}.000000000Z##${n}`,
  tiebreaker: '',
  // Enough to be deflated.
  json: JSON.stringify({ text: 'same again '.repeat(200), letter: 'ü' }),
}));

let stub: AwsStub;
const clients: DynamoDBClient[] = [];
beforeAll(async () => {
  stub = await startAwsStub();
});
beforeEach(() => {
  stub.requests.length = 0;
  stub.answer = () => ({ body: {} });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(() => stub.close());

function clientOf(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({
    ...clientConfig(),
    ...LOCAL_ACCESS,
    endpoint: stub.endpoint,
    ...config,
  });
  clients.push(client);
  return client;
}

const append = (client: DynamoDBClient) => dynamoLanes({ client, table: TABLE }).append('r#', events, 0);
const read = (client: DynamoDBClient) =>
  dynamoEventBuffer({ client, table: 'EventBuffer' }).read('r', 0, SEALED, 'p', 9);
const PAGE: StubAnswer = { body: { Count: 1, Items: [{ position: { S: 'q' }, event: { S: '{}' } }] } };
/** Only the SDK numbers its attempts. */
const isOfTheSdk = ({ headers }: StubRequest) => headers['amz-sdk-request'] !== undefined;

const REQUESTS: [name: string, request: typeof append | typeof read][] = [
  ['an append', append],
  ['a page', read],
];

describe.each(REQUESTS)('given %s that is asked for by both ways', (_, request) => {
  let fast: StubRequest;
  let sdk: StubRequest;
  beforeEach(async () => {
    const client = clientOf({
      credentials: { accessKeyId: 'AKID', secretAccessKey: SECRET, sessionToken: 'a token' },
    });
    stub.answer = () => PAGE;
    stub.next(THROTTLED);
    await request(client);
    [fast, sdk] = stub.requests as [StubRequest, StubRequest];
    expect([fast, sdk].map(isOfTheSdk)).toEqual([false, true]);
  });

  test('then what is asked is the same, and so are the headers that matter', () => {
    expect(fast.input).toEqual(sdk.input);
    for (const name of ['host', 'content-type', 'content-length', 'x-amz-target', 'x-amz-security-token']) {
      expect([name, fast.headers[name]]).toEqual([name, sdk.headers[name]]);
    }
  });

  test('then both signatures are right, and cover whatever DynamoDB goes by', () => {
    for (const request of [fast, sdk]) {
      const { signature, signedHeaders } = authorizationOf(request);
      expect(signature).toBe(signatureOf(request));
      expect(signedHeaders).toEqual(
        expect.arrayContaining([
          'content-type',
          'host',
          'x-amz-date',
          'x-amz-security-token',
          'x-amz-target',
        ]),
      );
    }
    expect(authorizationOf(fast).scope).toBe(authorizationOf(sdk).scope);
  });
});

describe('given a plain answer, then the SDK is not asked', () => {
  test('success', async () => {
    expect(await append(clientOf())).toBe('appended');
    expect(stub.requests.map(isOfTheSdk)).toEqual([false]);
  });

  test('a page, with its bytes and where it ended', async () => {
    const deflated = deflatedText.encode('{"n":1}'.padEnd(2_000)).B as Uint8Array;
    const event = { B: Buffer.from(deflated).toString('base64') };
    const end = { position: { S: 'q' }, bucket: { S: 'r#0' } };
    stub.next({ body: { Items: [{ position: { S: 'q' }, event }], LastEvaluatedKey: end } });
    const { events: found, upTo } = await read(clientOf());
    expect(found.map(({ position, json }) => [position, JSON.parse(json())])).toEqual([['q', { n: 1 }]]);
    expect(upTo).toBe('q');
    expect(stub.requests.map(isOfTheSdk)).toEqual([false]);
  });

  test('a condition that does not hold, with the item that is there', async () => {
    stub.next(refused({ position: { S: 'p' }, events: { B: 'AAAA' }, offset: { N: '1' } }));
    expect(await append(clientOf())).toEqual({ alreadyAt: 'p' });
    expect(stub.requests.map(isOfTheSdk)).toEqual([false]);
  });
});

const error = (status: number, type: string): StubAnswer => ({
  status,
  body: { __type: type, message: 'm' },
});

const OTHERS: [string, StubAnswer | NoAnswer][] = [
  ['throttling', THROTTLED],
  ['a fault of AWS', error(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError')],
  ['a page of a proxy', { status: 503, body: '<html>' }],
  ['success that is no JSON', { body: '<html>' }],
  ['a condition that does not hold, without the item', refused(undefined)],
  ['a token that has expired', error(400, 'com.amazon.coral.service#ExpiredTokenException')],
  ['a clock that is wrong', error(400, 'com.amazon.coral.service#InvalidSignatureException')],
  ['no answer in time', 'never'],
  ['an answer that stops in the middle', 'stops'],
];

test.each(OTHERS)('given %s, then the SDK sends the append again', async (_, answer) => {
  stub.next(answer);
  const { requestHandler } = clientConfig();
  const client = clientOf({ requestHandler: { ...requestHandler, requestTimeout: 50, socketTimeout: 50 } });
  expect(await append(client)).toBe('appended');
  expect(stub.requests.map(isOfTheSdk)).toEqual([false, true]);
  expect(stub.requests[1]?.input).toEqual(stub.requests[0]?.input);
});

test.each(OTHERS)('given %s, then the SDK asks for the page again', async (_, answer) => {
  stub.answer = () => PAGE;
  stub.next(answer);
  const { requestHandler } = clientConfig();
  const client = clientOf({ requestHandler: { ...requestHandler, requestTimeout: 50, socketTimeout: 50 } });
  expect((await read(client)).events).toHaveLength(1);
  expect(stub.requests.map(isOfTheSdk)).toEqual([false, true]);
});

test('given an answer that stops in the middle, then neither way waits for it for ever', async () => {
  expect(clientConfig().requestHandler).toMatchObject({ requestTimeout: 3_000, socketTimeout: 3_000 });
});

test('given a request that is not allowed, then the error is that of the SDK, without the event', async () => {
  stub.answer = () => error(400, 'com.amazon.coral.service#AccessDeniedException');
  const failure = (await append(clientOf()).catch((thrown) => thrown)) as Error;
  expect(failure).toMatchObject({ name: 'AccessDeniedException', message: 'm' });
  expect(failure.stack).not.toContain('same again');
});

test('given a clock that the SDK knows to be an hour behind, then the append is dated by the right time', async () => {
  const client = clientOf();
  client.config.systemClockOffset = 3_600_000;
  const beforeMs = Date.now();
  await append(client);
  const [, date] = /^(\d{8}T\d{6}Z)$/.exec(String(stub.requests[0]?.headers['x-amz-date'])) ?? [];
  const dateMs = Date.parse(String(date).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
  expect(dateMs - beforeMs).toBeGreaterThan(3_590_000);
  expect(dateMs - beforeMs).toBeLessThan(3_660_000);
});

test('given credentials that expire, then the next append is signed with new ones', async () => {
  let issued = 0;
  const credentials = async () => {
    const secrets = { secretAccessKey: SECRET, expiration: new Date(Date.now() - 1) };
    return { accessKeyId: `KEY${++issued}`, ...secrets };
  };
  const lanes = dynamoLanes({ client: clientOf({ credentials }), table: TABLE });
  for (const _ of [1, 2]) await lanes.append('r#', events, 0);
  const [first, second] = stub.requests.map((request) => authorizationOf(request).accessKeyId);
  expect(first).toMatch(/^KEY\d$/);
  expect(second).not.toBe(first);
});

function refused(Item: object | undefined): StubAnswer {
  const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
  return { status: 400, body: { __type, message: 'The conditional request failed', ...(Item && { Item }) } };
}

function authorizationOf({ headers }: StubRequest) {
  const [, accessKeyId = '', scope = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  return { accessKeyId, scope, signedHeaders: signed.split(';'), signature };
}

/**
 * Step by step as AWS describes it, of a request to `/` without a query:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function signatureOf(request: StubRequest): string {
  const { headers, body } = request;
  const { scope, signedHeaders } = authorizationOf(request);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = [
    'POST',
    '/',
    '',
    ...signedHeaders.map((name) => `${name}:${headers[name]}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(key, toSign).toString('hex');
}
