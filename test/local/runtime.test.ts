import { createServer } from 'node:net';
import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CancelReplayCommand, PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoReplays } from '../../src/aws/replays';
import { orderedReplay } from '../../src/consumer';
import type { ReplayRow } from '../../src/core/replay/row';
import { HOSTILE_TEMPER } from '../../src/local/local-settings';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../../src/local/runtime';
import { recordAccess } from '../stack/access';
import { listedGrants } from '../stack/listed-grants';
import { FAST } from './fast-settings';
import { until } from './until';

jest.setTimeout(90_000);

const START_MS = Date.parse('2026-11-01T00:00:00Z');
/** Ties, for some events share a second; over more than a minute, for EventBridge replays one minute after the other. */
const EVENTS = 100;
const SPAN_SECONDS = 90;
/** Of a hundred events some come twice, whatever the chance. */
const TEMPER = { ...HOSTILE_TEMPER, duplicateRate: 0.2 };

let runtime: LocalRuntime;
/** Its functions and state machines may do what they may in the deployed stack. */
const access = recordAccess(listedGrants());
/** What the consumer got, by replay: order number and ordering key. */
const received = new Map<string, { n: number; key: string; offset: number }[]>();
const arrived = new Map<string, number[]>();

beforeAll(async () => {
  const consumer = orderedReplay<{ n: number; order: string }>((event, _context, delivery) => {
    const events = received.get(delivery?.replay as string) ?? [];
    received.set(delivery?.replay as string, events);
    const { orderingKey, offset } = delivery as NonNullable<typeof delivery>;
    // Lambda may deliver a record again.
    if (!events.some((each) => each.n === event.detail.n))
      events.push({ n: event.detail.n, key: orderingKey, offset });
  });
  runtime = await startLocalRuntime({
    consumer: consumer as never,
    telemetry: silentTelemetry,
    settings: { ...FAST, tiebreaker: 'detail.n' },
    seed: 3,
    temper: TEMPER,
    authorize: access.authorize,
    arrived: (event) => {
      const replay = String(event['replay-name']);
      arrived.set(replay, [...(arrived.get(replay) ?? []), (event.detail as { n: number }).n]);
    },
  });
  await publish(
    Array.from({ length: EVENTS }, (_, n) => ({ n, second: Math.floor((n * SPAN_SECONDS) / EVENTS) })),
  );
  // At the same time: they do not disturb each other, and each waits for seconds until it is sealed.
  await startReplay('scrambled', 'speed=max');
  await startReplay('keyed', 'One lane an order: speed=max orderingKey=detail.order');
});
afterAll(async () => {
  await runtime.stop();
  expect(access.denied()).toEqual([]);
});

async function publish(events: { n: unknown; second: number }[]): Promise<void> {
  for (let from = 0; from < events.length; from += 10) {
    const Entries = events.slice(from, from + 10).map(({ n, second }) => ({
      EventBusName: LOCAL.busName,
      Source: 'shop.orders',
      DetailType: 'Order Placed',
      Detail: JSON.stringify({ n, order: `order-${Number(n) % 5}` }),
      Time: new Date(START_MS + second * 1_000),
    }));
    const { FailedEntryCount } = await runtime.clients.eventbridge.send(new PutEventsCommand({ Entries }));
    expect(FailedEntryCount).toBe(0);
  }
}

const startReplay = (
  ReplayName: string,
  Description: string,
  seconds: [number, number] = [0, SPAN_SECONDS],
) =>
  runtime.clients.eventbridge.send(
    new StartReplayCommand({
      ReplayName,
      Description,
      EventSourceArn: LOCAL.archiveArn,
      Destination: { Arn: LOCAL.busArn },
      EventStartTime: new Date(START_MS + seconds[0] * 1_000),
      EventEndTime: new Date(START_MS + seconds[1] * 1_000),
    }),
  );

const rowOf = (replay: string) =>
  dynamoReplays({ client: runtime.clients.dynamodb, table: LOCAL.tables.replays }).get(replay);

const inPhase = (replay: string, phase: ReplayRow['phase']) =>
  until(`${replay} is ${phase}`, async () => {
    const row = await rowOf(replay);
    return row?.phase === phase && row;
  });

const deliveredAll = (replay: string, count: number) =>
  until(
    `${count} events of ${replay} delivered`,
    () => (received.get(replay) ?? []).length >= count && received.get(replay),
  );

const ascending = (numbers: number[]) => [...numbers].sort((one, other) => one - other);

test('R1–R4: a replay that comes scrambled is delivered in order, every event once, and its row says so', async () => {
  expect(await inPhase('scrambled', 'DONE')).toMatchObject({ collected: EVENTS, late: 0, dead: 0 });
  const events = (await deliveredAll('scrambled', EVENTS)) ?? [];
  expect(events.map(({ n }) => n)).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
  expect(events.map(({ offset }) => offset)).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
  expect(arrived.get('scrambled')).not.toEqual(ascending(arrived.get('scrambled') ?? []));
  expect(arrived.get('scrambled')?.length).toBeGreaterThan(EVENTS);
  expect(runtime.failures()).toEqual({ collect: 0, sequence: 0 });
  const { Item } = await runtime.clients.dynamodb.send(
    new GetItemCommand({ TableName: LOCAL.tables.orderedEvents, Key: { lane: { S: 'scrambled#' } } }),
  );
  expect(Item?.offset).toEqual({ N: String(EVENTS - 1) });
});

test('R2: with an ordering key, each of its values is a lane of its own', async () => {
  await inPhase('keyed', 'DONE');
  const events = (await deliveredAll('keyed', EVENTS)) ?? [];
  for (const key of [0, 1, 2, 3, 4].map((n) => `order-${n}`)) {
    const lane = events.filter((each) => each.key === key);
    expect(lane.map(({ n }) => n)).toEqual(ascending(lane.map(({ n }) => n)));
    expect(lane.map(({ offset }) => offset)).toEqual(
      Array.from({ length: EVENTS / 5 }, (_, offset) => offset),
    );
  }
  const { Items = [] } = await runtime.clients.dynamodb.send(
    new ScanCommand({ TableName: LOCAL.tables.orderedEvents }),
  );
  expect(Items.filter(({ lane }) => lane?.S?.startsWith('keyed#order-'))).toHaveLength(5);
});

test('a description that is wrong fails the replay and says what is allowed; nothing is delivered', async () => {
  await startReplay('wrong', 'speed=warp');
  const { errorCode, reason } = await inPhase('wrong', 'FAILED');
  expect(errorCode).toBe('InvalidOption');
  expect(reason).toMatch(/^Option speed=warp is not valid; allowed is a number above 0/);
  expect(received.get('wrong')).toBeUndefined();
});

test('a replay that is cancelled on the way is CANCELLED, and nothing is delivered', async () => {
  await startReplay('cancelled', 'speed=max');
  await until('the first event arrives', () => arrived.get('cancelled')?.length);
  await runtime.clients.eventbridge.send(new CancelReplayCommand({ ReplayName: 'cancelled' }));
  expect(await inPhase('cancelled', 'CANCELLED')).toMatchObject({
    reason: expect.stringContaining('EventBridge says'),
  });
  expect(received.get('cancelled')).toBeUndefined();
});

test('R1: with an event that nobody can collect it is INCOMPLETE, and after a purge it goes on by itself', async () => {
  await publish([
    { n: 1_000, second: 1_000 },
    { n: { no: 'order' }, second: 1_001 },
    { n: 1_002, second: 1_002 },
  ]);
  await startReplay('poisoned', 'speed=max', [1_000, 1_010]);
  expect(await inPhase('poisoned', 'INCOMPLETE')).toMatchObject({
    dead: 1,
    reason: expect.stringContaining('1 event(s) in the dead-letter queue. Redrive or purge it'),
  });
  const { sqs } = runtime.clients;
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: LOCAL.deadLetters.name }));
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await inPhase('poisoned', 'DONE')).toMatchObject({ collected: 2, dead: 0 });
  expect((await deliveredAll('poisoned', 2))?.map(({ n }) => n)).toEqual([1_000, 1_002]);
});

describe('starting and stopping', () => {
  const start = (port?: number) =>
    startLocalRuntime({
      consumer: () => undefined,
      telemetry: silentTelemetry,
      ...(port !== undefined && { port }),
    });

  test('on a port that is taken it fails and leaves nothing behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => other.close(resolve));
    const again = await start(port);
    await again.stop();
  });

  test('that fails half-way leaves nothing behind either: its port is free again', async () => {
    const probe = await start();
    const port = Number(new URL(probe.endpoint).port);
    await probe.stop();
    const failing = startLocalRuntime({
      port,
      telemetry: silentTelemetry,
      get consumer(): never {
        throw new Error('on purpose');
      },
    });
    await expect(failing).rejects.toThrow('on purpose');
    await (await start(port)).stop();
  });

  test('stopped in the middle of a replay, it ends at once and frees its port', async () => {
    const first = await start();
    const port = Number(new URL(first.endpoint).port);
    const Entries = [
      { EventBusName: LOCAL.busName, Source: 's', DetailType: 't', Detail: '{}', Time: new Date(START_MS) },
    ];
    await first.clients.eventbridge.send(new PutEventsCommand({ Entries }));
    await first.clients.eventbridge.send(
      new StartReplayCommand({
        ReplayName: 'r',
        EventSourceArn: LOCAL.archiveArn,
        Destination: { Arn: LOCAL.busArn },
        EventStartTime: new Date(START_MS),
        EventEndTime: new Date(START_MS + 1_000),
      }),
    );
    const replays = dynamoReplays({ client: first.clients.dynamodb, table: LOCAL.tables.replays });
    await until('a sequencer runs', async () => (await replays.get('r'))?.heartbeatAtMs);
    const beganMs = Date.now();
    await first.stop();
    expect(Date.now() - beganMs).toBeLessThan(3_000);
    await (await start(port)).stop();
  });
});
