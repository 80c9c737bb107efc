import { PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { dynamoReplays } from '../../src/aws/replays';
import { dynamoRuns } from '../../src/aws/runs';
import { sfnSequencerStarts } from '../../src/aws/sequencer-starts';
import { type Delivery, orderedReplay } from '../../src/consumer';
import type { ReplayRow } from '../../src/core/replay/row';
import { dwellMs } from '../../src/core/settings';
import { HOSTILE_TEMPER, LOCAL_SETTINGS } from '../../src/local/local-settings';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../../src/local/runtime';
import { type RerunDeps, rerun } from '../../src/operator/rerun';
import type { RerunRequest } from '../../src/operator/run-request';
import { recordAccess } from '../stack/access';
import { listedGrants } from '../stack/listed-grants';
import { envelope } from '../support/events';
import { FAST } from './fast-settings';
import { until } from './until';

jest.setTimeout(90_000);

const REPLAY = 'august';
const START_MS = Date.parse('2026-08-01T00:00:00Z');
const EVENTS = 60;
const timeOf = (n: number) => new Date(START_MS + n * 1_000);
const SETTINGS = { ...FAST, tiebreaker: 'detail.n' };

let runtime: LocalRuntime;
let deps: RerunDeps;
let delivered = 0;
/** Its functions and state machines do no more than in the deployed stack. */
const access = recordAccess(listedGrants());
/** What the consumer "billing" got, by run: each event with where it stands. */
const received = new Map<string, (Omit<Delivery, 'run'> & { id: string; n: number })[]>();

beforeAll(async () => {
  const consumer = orderedReplay<{ n: number }>(
    (event, _context, delivery) => {
      const { run, ...rest } = delivery as Delivery;
      const events = received.get(run) ?? [];
      received.set(run, events);
      delivered++;
      // Lambda may deliver a record again.
      if (events.some(({ id }) => id === event.id)) return;
      events.push({ ...rest, id: event.id, n: event.detail.n });
    },
    { consumer: 'billing' },
  );
  runtime = await startLocalRuntime({
    consumer: consumer as never,
    telemetry: silentTelemetry,
    settings: SETTINGS,
    seed: 5,
    temper: HOSTILE_TEMPER,
    authorize: access.authorize,
  });
  const { dynamodb, sfn } = runtime.clients;
  const table = { client: dynamodb, table: LOCAL.tables.replays };
  let ids = 0;
  deps = {
    clock: { now: () => Date.now(), sleep: () => Promise.reject(new Error('never')) },
    replays: dynamoReplays(table),
    buffer: dynamoEventBuffer({ client: dynamodb, table: LOCAL.tables.eventBuffer }),
    runs: dynamoRuns(table),
    starts: sfnSequencerStarts({ client: sfn, stateMachineArn: LOCAL.sequenceMachineArn }),
    newId: () => `id-${++ids}`,
    observer: { naming: () => undefined, notStarted: () => undefined },
  };
  await playFirst();
});
afterAll(async () => {
  await runtime.stop();
  expect(access.denied()).toEqual([]);
});

/** The first run to its end, and one event that comes after it. */
async function playFirst(): Promise<void> {
  const { eventbridge, sqs } = runtime.clients;
  for (let from = 0; from < EVENTS; from += 10) {
    const Entries = Array.from({ length: 10 }, (_, k) => ({
      EventBusName: LOCAL.busName,
      Source: 'shop',
      DetailType: 'Order',
      Detail: JSON.stringify({ n: from + k, order: `order-${(from + k) % 3}` }),
      Time: timeOf(from + k),
    }));
    await eventbridge.send(new PutEventsCommand({ Entries }));
  }
  await eventbridge.send(
    new StartReplayCommand({
      ReplayName: REPLAY,
      Description: 'speed=max orderingKey=detail.order',
      EventSourceArn: LOCAL.archiveArn,
      Destination: { Arn: LOCAL.busArn },
      EventStartTime: timeOf(0),
      EventEndTime: timeOf(EVENTS),
    }),
  );
  await ended(REPLAY);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: LOCAL.overflow.name }));
  const detail = { n: 30.5, order: 'order-0' };
  const late = envelope({ id: 'late-1', time: timeOf(30).toISOString(), 'replay-name': REPLAY, detail });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(late) }));
  await until('the late event is counted', async () => (await rowOf(REPLAY))?.late === 1);
}

const rowOf = (run: string) => deps.replays.get(run);

const ended = async (run: string): Promise<ReplayRow> => {
  const row = await until(`${run} is DONE`, async () => {
    const found = await rowOf(run);
    return found?.phase === 'DONE' && found;
  });
  await until(
    `${run} is delivered`,
    () => row.consumers || (received.get(run) ?? []).length === row.collected,
  );
  return row;
};

const runAgain = (request: Omit<RerunRequest, 'replay'>) => rerun({ replay: REPLAY, ...request }, deps);

/** By lane, in the order in which they came. */
function lanesOf(run: string) {
  const lanes: Record<string, object[]> = {};
  for (const event of received.get(run) ?? [])
    lanes[event.orderingKey] = [...(lanes[event.orderingKey] ?? []), event];
  return lanes;
}

const numbersOf = (run: string, order: string) => (lanesOf(run)[order] as { n: number }[]).map(({ n }) => n);

test('R5: a rerun with the same options delivers the first run once more, event for event', async () => {
  const run = await runAgain({});
  expect(run).toBe(`${REPLAY}@2`);
  const { createdAtMs, releaseStartedAtMs } = await ended(run);
  expect(lanesOf(run)).toEqual(lanesOf(REPLAY));
  expect(Object.values(lanesOf(run)).flat()).toHaveLength(EVENTS);
  // Sealed before, so there is no dwell.
  expect((releaseStartedAtMs as number) - createdAtMs).toBeLessThan(10_000);
});

test('R1, R2: runs side by side each deliver their part: from a place, up to a time, with what came late in its place', async () => {
  const from = received.get(REPLAY)?.find(({ n }) => n === 20)?.position as string;
  const [part, all] = await Promise.all([
    runAgain({ from, to: timeOf(40).toISOString(), speed: '20' }),
    runAgain({ include: 'all', orderingKey: 'none' }),
  ]);
  const late = await runAgain({ include: 'late' }).catch((error) => error);
  await Promise.all([ended(part), ended(all)]);
  expect(late).toMatchObject({ code: 'RunRefused' });
  expect(numbersOf(part, 'order-2')).toEqual([20, 23, 26, 29, 32, 35, 38]);
  const numbers = Array.from({ length: EVENTS }, (_, n) => n);
  numbers.splice(31, 0, 30.5);
  expect(numbersOf(all, '')).toEqual(numbers);
  expect(await rowOf(REPLAY)).toMatchObject({ phase: 'DONE', late: 1, collected: EVENTS });
});

test('R1, R4: a late run after one of all has nothing left to do', async () => {
  const { phase, collected, sealedAtMs, releaseStartedAtMs } = await ended(
    await runAgain({ include: 'late' }),
  );
  expect({ phase, collected }).toEqual({ phase: 'DONE', collected: 0 });
  const waitedMs = (releaseStartedAtMs as number) - (sealedAtMs as number);
  expect(waitedMs).toBeGreaterThanOrEqual(dwellMs({ ...LOCAL_SETTINGS, ...SETTINGS }));
  expect(waitedMs).toBeLessThan(10_000);
});

test('a run for others is passed over, and one for this consumer is not', async () => {
  const before = delivered;
  const others = await runAgain({ consumers: ['search'] });
  const ours = await runAgain({ consumers: ['billing', 'search'] });
  await ended(others);
  await ended(ours);
  await until('it is delivered', () => received.get(ours)?.length === EVENTS);
  expect(received.has(others)).toBe(false);
  expect(delivered - before).toBeGreaterThanOrEqual(EVENTS);
  expect(lanesOf(ours)).toEqual(lanesOf(REPLAY));
});

test('R7: given whoever asked dies before the start, then the healer starts the run', async () => {
  const starts = { start: () => Promise.reject(new Error('the lid is closed')) };
  const run = await rerun({ replay: REPLAY, to: timeOf(3).toISOString() }, { ...deps, starts });
  expect(await ended(run)).toMatchObject({ collected: 3 });
  expect(runtime.failures()).toEqual({ collect: 0, sequence: 0 });
});
