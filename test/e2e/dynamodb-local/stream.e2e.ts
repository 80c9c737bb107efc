import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { createCollectHandler } from '../../../functions/collect';
import { createSequenceHandler } from '../../../functions/sequence';
import { silentTelemetry } from '../../../functions/telemetry';
import { clientConfig } from '../../../src/aws/clients';
import { dynamoEventBuffer } from '../../../src/aws/event-buffer';
import { dynamoHistories } from '../../../src/aws/histories';
import { dynamoLanes } from '../../../src/aws/lanes';
import { dynamoReplays } from '../../../src/aws/replays';
import {
  type Context,
  type DynamoDBBatchResponse,
  type DynamoDBRecord,
  orderedReplay,
} from '../../../src/consumer';
import { DEFAULT_SETTINGS } from '../../../src/core/settings';
import { type Clients, createClients } from '../../../src/local/clients';
import { createTables } from '../../../src/local/tables';
import { virtualClock } from '../../fakes/clock';
import { memoryQueues } from '../../fakes/queues';
import { scriptedReplayStatus } from '../../fakes/replay-status';
import { memorySequencerStarts } from '../../fakes/sequencer-starts';
import { quietly } from '../../simulation/quietly';
import { startDynamoDbLocal } from '../support/dynamodb-local-server';
import type { Server } from '../support/server';
import { describeWith } from '../support/tools';
import { readStream } from './table-stream';

jest.setTimeout(120_000);

const TABLES = { eventBuffer: 'EventBuffer', replays: 'Replays', orderedEvents: 'OrderedEvents' };
const EVENTS = 600;
const ORDERS = 7;
const settings = { ...DEFAULT_SETTINGS, tiebreaker: 'detail.n' };
const context: Context = { getRemainingTimeInMillis: () => 300_000 };

/** About four events a second; every fifth is so long that its record is deflated. */
const eventOf = (n: number, replay: string) => ({
  version: '0',
  id: `event-${(n * 7_919) % 10_007}`,
  'detail-type': 'Order Changed',
  source: 'shop',
  account: '123456789012',
  time: new Date(Date.UTC(2026, 10, 1) + Math.floor(n / 4) * 1_000).toISOString().replace('.000', ''),
  region: 'us-east-1',
  resources: [],
  'replay-name': replay,
  detail: { n, order: `order-${n % ORDERS}`, ...(n % 5 === 0 && { note: 'word '.repeat(400) }) },
});

interface Received {
  n: number;
  orderingKey: string;
  offset: number;
}

describeWith('dynamodb-local', 'a replay through DynamoDB Local and its stream', () => {
  let server: Server;
  let clients: Clients;
  let streams: DynamoDBStreamsClient;
  const status = scriptedReplayStatus();
  const clock = virtualClock(Date.now());

  beforeAll(async () => {
    server = await startDynamoDbLocal();
    const access = {
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    clients = createClients(access);
    streams = new DynamoDBStreamsClient({ ...clientConfig(), ...access });
    await createTables(clients.dynamodb, TABLES);
  });
  afterAll(async () => {
    clients?.destroy();
    streams?.destroy();
    await server?.stop();
  });

  const stores = () => ({
    clock,
    settings,
    telemetry: silentTelemetry,
    buffer: dynamoEventBuffer({ client: clients.dynamodb, table: TABLES.eventBuffer }),
    replays: dynamoReplays({ client: clients.dynamodb, table: TABLES.replays }),
  });

  /** Every event once, every tenth once more, in an order that has nothing to do with time; twenty at a time. */
  async function collectAll(replay: string): Promise<void> {
    const collect = createCollectHandler({ ...stores(), starts: memorySequencerStarts() });
    const all = Array.from({ length: EVENTS }, (_, n) => n);
    const arriving = scrambled([...all, ...all.filter((n) => n % 10 === 0)]);
    for (let from = 0; from < arriving.length; from += 20) {
      await Promise.all(arriving.slice(from, from + 20).map((n) => collect(eventOf(n, replay))));
    }
  }

  /** What the state machine does with the answers, on a clock that need not be waited for. */
  async function runSequencer(replay: string): Promise<unknown> {
    const sequence = createSequenceHandler({
      ...stores(),
      histories: dynamoHistories({ client: clients.dynamodb, table: TABLES.replays }),
      lanes: dynamoLanes({ client: clients.dynamodb, table: TABLES.orderedEvents }),
      status,
      queues: memoryQueues(),
    });
    for (let state: Parameters<typeof sequence>[0] = { replay, generation: 1 }; ; ) {
      const answer = await sequence(state, context);
      if (answer.action === 'done' || answer.action === 'fail') return answer;
      clock.set(Math.max(clock.now(), Date.parse(answer.resumeAt)));
      state = answer;
    }
  }

  const recordsOf = async (replay: string) =>
    (await readStream({ dynamodb: clients.dynamodb, streams }, TABLES.orderedEvents)).filter((record) =>
      JSON.stringify(record.dynamodb?.NewImage?.lane).includes(`"${replay}#`),
    );

  function expectInOrder(received: Received[], keyOf: (n: number) => string): void {
    const expected = new Map<string, Received[]>();
    for (let n = 0; n < EVENTS; n++) {
      const lane = expected.get(keyOf(n)) ?? [];
      expected.set(keyOf(n), [...lane, { n, orderingKey: keyOf(n), offset: lane.length }]);
    }
    const lanes = new Map<string, Received[]>();
    for (const each of received) lanes.set(each.orderingKey, [...(lanes.get(each.orderingKey) ?? []), each]);
    expect(lanes).toEqual(expected);
  }

  test('one lane: everything comes out once, in order, with offsets 0, 1, 2, …', async () => {
    status.set('one-lane', { description: 'As fast as it goes: speed=max' });
    await collectAll('one-lane');
    expect(await runSequencer('one-lane')).toMatchObject({
      action: 'done',
      report: { phase: 'DONE', released: EVENTS },
    });
    const records = await recordsOf('one-lane');
    expect(
      records.some(({ dynamodb }) => JSON.stringify(dynamodb?.NewImage?.events).startsWith('{"B"')),
    ).toBe(true);
    const { received } = await consume(records);
    expectInOrder(received, () => '');
  });

  test('a lane for each order, two sequencers at once, and a consumer that fails now and then', async () => {
    status.set('by-order', { description: 'speed=max orderingKey=detail.order' });
    await collectAll('by-order');
    const answers = await Promise.all([runSequencer('by-order'), runSequencer('by-order')]);
    expect(answers).toMatchObject([{ action: 'done' }, { action: 'done' }]);
    const records = await recordsOf('by-order');
    const { received, failures } = await quietly(() => consume(records, { failEvery: 50 }));
    expect(failures).toBe(EVENTS / 50);
    expectInOrder(received, (n) => `order-${n % ORDERS}`);
  });

  test('paced: at double speed it takes half the time that it took', async () => {
    status.set('paced', { description: 'speed=2' });
    await collectAll('paced');
    await runSequencer('paced');
    const row = await stores().replays.get('paced');
    const playedMs = (row?.doneAtMs ?? 0) - (row?.releaseStartedAtMs ?? 0);
    const recordedMs = (EVENTS / 4 - 1) * 1_000;
    expect(playedMs).toBeGreaterThanOrEqual(recordedMs / 2);
    expect(playedMs).toBeLessThan(recordedMs / 2 + 1_000);
    const { received } = await consume(await recordsOf('paced'));
    expectInOrder(received, () => '');
  });
});

/**
 * Lambda's event source mapping with batches of 10: what the function names as failed comes again, and all after it.
 *
 * @param options.failEvery Each n-th event fails the first time that it is handled; none by default.
 * @returns each event once, as it was first handled.
 */
async function consume(records: DynamoDBRecord[], { failEvery = 0 } = {}) {
  const received: Received[] = [];
  const handled = new Set<number>();
  let failures = 0;
  const failed = new Set<number>();
  const handler = orderedReplay<{ n: number }>((event, _context, delivery) => {
    const { n } = event.detail;
    if (failEvery > 0 && n % failEvery === 0 && !failed.has(n)) {
      failed.add(n);
      failures++;
      throw new Error('not now');
    }
    if (handled.has(n)) return;
    handled.add(n);
    const { orderingKey, offset } = delivery as NonNullable<typeof delivery>;
    received.push({ n, orderingKey, offset });
  });
  for (let next = 0; next < records.length; ) {
    const batch = records.slice(next, next + 10);
    const answer = (await handler({ Records: batch }, context)) as DynamoDBBatchResponse;
    const [failure] = answer.batchItemFailures;
    const at = batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failure?.itemIdentifier);
    next += failure ? at : batch.length;
  }
  return { received, failures };
}

/** The same disorder every time: by a multiple of their place, modulo a prime. */
function scrambled(numbers: number[]): number[] {
  return numbers
    .map((n, place) => ({ n, sort: (place * 48_271) % 65_537 }))
    .sort((a, b) => a.sort - b.sort)
    .map(({ n }) => n);
}
