import { EventEmitter, once } from 'node:events';
import { CancelReplayCommand, PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PurgeQueueCommand, SendMessageCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoReplays } from '../../src/aws/replays';
import { orderedReplay } from '../../src/consumer';
import { MAX_ITERATIONS } from '../../src/core/limits';
import type { ReplayRow } from '../../src/core/replay/row';
import type { Authorize } from '../../src/local/api-call';
import { LOCAL } from '../../src/local/resource-names';
import { startLocalRuntime } from '../../src/local/runtime';
import { FAST } from '../local/fast-settings';
import { until } from '../local/until';

const START_MS = Date.parse('2026-11-01T00:00:00Z');
const EVENTS = 15;
/** One more event, after a pause that is too long for a call to wait in memory, also where it is some seconds late. */
const SPEED = 20;
const AFTER_A_PAUSE = EVENTS + 15 * SPEED;

/** Every third event takes the side road, and many come twice; slowly enough to cancel a replay on its way. */
const UNRULY = { duplicateRate: 0.5, throttleRate: 0.3, maxDelayMs: 200, eventsPerSecond: 10 };

/**
 * Everything that can happen to a replay, on the local runtime: every road of an event, every end of a replay, a
 * sequencer that goes on as another, and what an operator does about dead letters.
 *
 * @returns what each replay came to.
 */
export async function playWholeStory(authorize: Authorize): Promise<Record<string, Partial<ReplayRow>>> {
  const delivered = new Map<string, number>();
  const arrivals = new EventEmitter();
  const underWay = once(arrivals, 'cancelled');
  const runtime = await startLocalRuntime({
    consumer: orderedReplay((_event, _context, delivery) => {
      const replay = delivery?.replay ?? '';
      delivered.set(replay, (delivered.get(replay) ?? 0) + 1);
    }) as never,
    telemetry: silentTelemetry,
    settings: { ...FAST, tiebreaker: 'detail.n' },
    temper: UNRULY,
    authorize,
    arrived: (event) => {
      arrivals.emit(String(event['replay-name']));
    },
  });
  const { eventbridge, sfn, sqs, dynamodb } = runtime.clients;
  const replays = dynamoReplays({ client: dynamodb, table: LOCAL.tables.replays });

  async function publish(second: number, n: unknown): Promise<void> {
    const Detail = JSON.stringify({ n, order: `order-${Number(n) % 3}` });
    const Time = new Date(START_MS + second * 1_000);
    const entry = { EventBusName: LOCAL.busName, Source: 'shop', DetailType: 'Order Placed', Detail, Time };
    await eventbridge.send(new PutEventsCommand({ Entries: [entry] }));
  }

  const replay = (ReplayName: string, Description: string, [from, to] = [0, EVENTS]) =>
    eventbridge.send(
      new StartReplayCommand({
        ReplayName,
        Description,
        EventSourceArn: LOCAL.archiveArn,
        Destination: { Arn: LOCAL.busArn },
        EventStartTime: new Date(START_MS + Number(from) * 1_000),
        EventEndTime: new Date(START_MS + Number(to) * 1_000),
      }),
    );

  const row = (name: string, what: string, look: (row: ReplayRow) => boolean) =>
    until(`${name} ${what}`, async () => {
      const found = await replays.get(name);
      return found && look(found) && found;
    });
  const phase = (name: string, wanted: ReplayRow['phase']) =>
    row(name, `is ${wanted}`, (found) => found.phase === wanted);

  const park = (event: object) =>
    sqs.send(new SendMessageCommand({ QueueUrl: LOCAL.overflow.url, MessageBody: JSON.stringify(event) }));

  async function playPlain(): Promise<void> {
    await replay('plain', 'speed=max');
    await phase('plain', 'DONE');
    const late = {
      id: 'late',
      time: '2026-11-01T00:00:01Z',
      source: 'shop',
      'detail-type': 'Order Placed',
      'replay-name': 'plain',
      detail: { n: 0 },
    };
    await park(late);
    await row('plain', 'has a late event', (found) => found.late === 1);
  }

  async function playKeyed(): Promise<void> {
    await publish(AFTER_A_PAUSE, EVENTS);
    await replay('keyed', `speed=${SPEED} orderingKey=detail.order`, [0, AFTER_A_PAUSE + 1]);
    await row('keyed', 'is known', () => true);
    // A sequencer near the end of its history, as after days of playback: it goes on as another one at the pause.
    const input = JSON.stringify({ replay: 'keyed', generation: 1, iteration: MAX_ITERATIONS - 1 });
    const stateMachineArn = LOCAL.sequenceMachineArn;
    await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'near-its-end', input }));
    await phase('keyed', 'DONE');
    await until('all is delivered', () => (delivered.get('keyed') ?? 0) > EVENTS);
  }

  async function playWrong(): Promise<void> {
    await replay('wrong', 'speed=warp');
    await phase('wrong', 'FAILED');
  }

  async function playCancelled(): Promise<void> {
    await replay('cancelled', 'speed=max');
    await underWay;
    await eventbridge.send(new CancelReplayCommand({ ReplayName: 'cancelled' }));
    await phase('cancelled', 'CANCELLED');
  }

  /** Its sequencer dies before there is anything for it to do: the healer starts the next one. */
  async function playDead(): Promise<void> {
    const stateMachineArn = LOCAL.sequenceMachineArn;
    const input = '{"replay":"dead","generation":1}';
    const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'dead.1', input }));
    await until('the sequencer is dead', async () => {
      const { status } = await sfn.send(new DescribeExecutionCommand(started as { executionArn: string }));
      return status === 'FAILED';
    });
    await replay('dead', 'speed=max', [0, 3]);
    await phase('dead', 'DONE');
  }

  async function playPoisoned(): Promise<void> {
    await publish(1_000, 1);
    for (const second of [1_001, 1_002, 1_003]) await publish(second, { no: 'order' });
    await replay('poisoned', 'speed=max', [1_000, 1_010]);
    await phase('poisoned', 'INCOMPLETE');
    // Back to the side road, where they would die again.
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: LOCAL.deadLetters.arn }));
    await row('poisoned', 'has no dead letters', (found) => found.dead === 0);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: LOCAL.overflow.url }));
    await phase('poisoned', 'DONE');
  }

  try {
    for (let n = 0; n < EVENTS; n++) await publish(n, n);
    const playOthers = async () => {
      await Promise.all([playPlain(), playWrong(), playCancelled()]);
      await playDead();
    };
    // Beside the others, for its pause takes as long as they do.
    await Promise.all([playKeyed(), playOthers()]);
    // Alone: its dead letters hold up the seal of all replays.
    await playPoisoned();
    const names = ['plain', 'keyed', 'poisoned', 'wrong', 'cancelled', 'dead'];
    const rows = await Promise.all(
      names.map(async (name) => [name, (await replays.get(name)) ?? {}] as const),
    );
    return Object.fromEntries(rows);
  } finally {
    await runtime.stop();
  }
}
