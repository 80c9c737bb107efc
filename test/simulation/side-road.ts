import type { JsonObject } from '../../src/core/json';
import type { Queues } from '../../src/core/ports';
import type { CollectCall } from './lambda';
import type { Life } from './life';
import { textOf } from './long-numbers';
import { request } from './request';
import { strikes, type World } from './world';

/** As `serverless.yml` has them. */
const VISIBILITY_MS = 60_000;
const MAX_RECEIVES = 5;
const BATCH_MESSAGES = 10;

interface Message {
  messageId: string;
  sentAtMs: number;
  event: JsonObject;
  receives: number;
  visibleAtMs: number;
  /** From then on the queue's depth counts it. */
  countedFromMs: number;
}

type QueueName = 'overflow' | 'deadLetters';

/**
 * The queue `Overflow`, its event source mapping, and `DeadLetters`.
 *
 * - At least once: what was handled and deleted may come again,
 *   https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
 * - Hidden for the visibility timeout after each receive, and moved to the dead letters instead of
 *   being received a sixth time: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 * - Dead letters are redriven at a pace of one's choice, which may be a slow one:
 *   https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 * - Partial batch failures; a batch whose call fails comes again as a whole:
 *   https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * - A depth may lack what was sent in the last minute ("at least" a minute, so a scenario may ask for more), and may
 *   still count what has gone:
 *   https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
 */
export function sideRoad(world: World, parts: { collect: CollectCall; died(event: JsonObject): void }) {
  const { scenario, scheduler, settings, trace, checkers } = world;
  const random = world.random('sqs');
  const queues: Record<QueueName, Message[]> = { overflow: [], deadLetters: [] };
  const ghosts: { queue: QueueName; untilMs: number }[] = [];
  let sent = 0;

  function send(queue: QueueName, event: JsonObject): void {
    const lagMs = random.integer(0, settings.queueMetadataMs);
    const countedFromMs = scheduler.nowMs + (scenario.depthLagMs ?? lagMs);
    const messageId = `m${++sent}`;
    if (queue === 'deadLetters') checkers.letterComes(messageId);
    queues[queue].push({
      messageId,
      sentAtMs: scheduler.nowMs,
      event,
      receives: 0,
      visibleAtMs: scheduler.nowMs,
      countedFromMs,
    });
    if (queue === 'overflow') poll(random.integer(5, 1_000));
  }

  function remove(queue: QueueName, message: Message): boolean {
    const at = queues[queue].indexOf(message);
    if (at < 0) return false;
    queues[queue].splice(at, 1);
    checkers.letterGoes(message.messageId);
    const lingersMs = random.integer(-20_000, 20_000);
    if (lingersMs > 0) ghosts.push({ queue, untilMs: scheduler.nowMs + lingersMs });
    return true;
  }

  function poll(delayMs: number): void {
    scheduler.at(delayMs, () => {
      const batch = receive();
      if (batch.length > 0) handle(batch).catch((error) => scheduler.fail(error));
    });
  }

  function receive(): Message[] {
    const batch: Message[] = [];
    for (const message of [...queues.overflow]) {
      if (message.visibleAtMs > scheduler.nowMs || batch.length === BATCH_MESSAGES) continue;
      if (message.receives >= MAX_RECEIVES) {
        trace.note('Overflow', () => `${message.event.id} goes to DeadLetters`);
        remove('overflow', message);
        send('deadLetters', message.event);
        parts.died(message.event);
        continue;
      }
      message.receives++;
      message.visibleAtMs = strikes(world, 'messageTwice')
        ? scheduler.nowMs
        : scheduler.nowMs + VISIBILITY_MS;
      batch.push(message);
      poll(VISIBILITY_MS + random.integer(5, 500));
    }
    if (queues.overflow.some(({ visibleAtMs }) => visibleAtMs <= scheduler.nowMs))
      poll(random.integer(50, 500));
    return batch;
  }

  async function handle(batch: Message[]): Promise<void> {
    trace.note('Overflow', () => `hands ${batch.map(({ event }) => event.id).join(', ')} to collect`);
    const events = batch.map(({ event }) => event);
    const answer = await parts.collect({ Records: batch.map(recordOf) }, events);
    if (!answer.ok) return;
    const { batchItemFailures } = answer.value as { batchItemFailures: { itemIdentifier: string }[] };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) {
      if (failed.has(message.messageId)) continue;
      remove('overflow', message);
    }
  }

  return {
    park(event: JsonObject): void {
      world.parked++;
      send('overflow', event);
    },
    queues,
    /** Hands the dead letters back, mended. */
    redrive(mend: (event: JsonObject) => JsonObject, paceMs = 0): void {
      for (const [n, message] of queues.deadLetters.entries()) {
        scheduler.at(n * paceMs, () => {
          if (!remove('deadLetters', message)) return;
          trace.note('operator', () => `redrives ${message.event.id}`);
          send('overflow', mend(message.event));
        });
      }
    },
    purge(): void {
      for (const message of [...queues.deadLetters]) {
        trace.note('operator', () => `purges ${message.event.id}`);
        remove('deadLetters', message);
        checkers.purged(message.event.id as string);
      }
    },
    depths(life: Life): Queues {
      return {
        depth: (queue) =>
          request(
            world,
            life,
            'queues.depth',
            () => `depth of ${queue}`,
            async () => {
              const nowMs = scheduler.nowMs;
              const counted = queues[queue].filter(({ countedFromMs }) => countedFromMs <= nowMs).length;
              return (
                counted + ghosts.filter((ghost) => ghost.queue === queue && ghost.untilMs > nowMs).length
              );
            },
          ),
      };
    },
  };
}

export type SideRoad = ReturnType<typeof sideRoad>;

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf({ messageId, event, receives }: Message) {
  return {
    messageId,
    body: textOf(event),
    eventSource: 'aws:sqs',
    attributes: { ApproximateReceiveCount: String(receives) },
  };
}
