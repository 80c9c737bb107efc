import { setMaxListeners } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { inCallScope, untilAborted } from '../src/aws/call-scope';
import { clientConfig, HURRIED } from '../src/aws/clients';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoReplays } from '../src/aws/replays';
import { sfnSequencerStarts } from '../src/aws/sequencer-starts';
import { type CollectDeps, type Collected, createCollector } from '../src/core/collect/collect';
import { idsAsTold, OrderedReplayError } from '../src/core/errors';
import { isObject } from '../src/core/json';
import { ANSWER_MS, ANSWER_SHARE, COLLECT_PATIENCE_MS } from '../src/core/limits';
import { onLambda } from './on-lambda';
import { readSettings, requireVariable } from './settings';
import { systemClock } from './system-clock';
import { forCaller, powertoolsTelemetry, type Telemetry } from './telemetry';

/**
 * What the state machine passes, an event as text, or the side road, a batch of messages whose bodies are such texts. An event
 * that is too large as text comes as it is, and so did all before there were texts.
 */
export type CollectInput = SQSEvent | { event: string } | Record<string, unknown>;

export type CollectHandlerDeps = CollectDeps & { telemetry: Telemetry };

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/**
 * Collects one event, or each event of an SQS batch.
 *
 * On the state machine's road a failure is thrown, for its `Retry` and `Catch`; the call gives up before the state does. On
 * the side road the messages that failed are named and come back on their own:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * What is not done in time has failed, and its requests are aborted first (R6): the others of a batch are collected all
 * the same. Only a crash, as for want of memory, still takes the whole batch.
 */
export function createCollectHandler(deps: CollectHandlerDeps) {
  const { telemetry } = deps;
  const collect = createCollector(deps);

  async function collectEvent(
    input: unknown,
    fields: { messageId?: string },
    cutOff?: Promise<never>,
  ): Promise<Collected> {
    try {
      const collected = await (cutOff ? Promise.race([collect(input), cutOff]) : collect(input));
      // One line for each collected event would cost more than collecting it: the sequencer counts those.
      if (collected.outcome === 'duplicate') telemetry.count('duplicates', 1);
      if (collected.outcome === 'late') {
        telemetry.count('late', 1);
        telemetry.info('The event came after the seal, is held and was counted', {
          ...idsAsTold({ replay: collected.replay, eventId: collected.eventId }),
        });
      }
      return collected;
    } catch (error) {
      telemetry.failure('The event was not collected', error, fields);
      throw forCaller(error);
    }
  }

  async function collectBatch(records: SQSRecord[], context?: Remaining): Promise<SQSBatchResponse> {
    const parked = records.filter((record) => record.attributes.ApproximateReceiveCount === '1').length;
    if (parked > 0) telemetry.count('parked', parked);
    const collectAll = (cutOff?: Promise<never>) =>
      Promise.allSettled(records.map(({ body, messageId }) => collectEvent(body, { messageId }, cutOff)));
    const results = await (context ? inTime(context, collectAll) : collectAll());
    const failed = records.filter((_, index) => results[index]?.status === 'rejected');
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }

  function collectOne(input: unknown, context?: Remaining): Promise<Collected> {
    const collectIt = (cutOff?: Promise<never>) => collectEvent(input, {}, cutOff);
    return context ? inTime(context, collectIt, COLLECT_PATIENCE_MS) : collectIt();
  }

  return async (input: CollectInput, context?: Remaining): Promise<Collected | SQSBatchResponse> => {
    try {
      return await (isSqsBatch(input)
        ? collectBatch(input.Records, context)
        : collectOne(eventIn(input), context));
    } finally {
      telemetry.flush();
    }
  };
}

function isSqsBatch(input: CollectInput): input is SQSEvent {
  const { Records } = (input ?? {}) as Partial<SQSEvent>;
  return Array.isArray(Records) && Records[0]?.eventSource === 'aws:sqs';
}

/** An event always has an `id`, and what carries its text has none. */
function eventIn(input: CollectInput): unknown {
  return isObject(input) && typeof input.event === 'string' && !('id' in input) ? input.event : input;
}

/**
 * Does some work whose requests are aborted when it is time to answer; what it is handed fails then.
 *
 * @param mostMs How long whoever called waits for an answer.
 */
function inTime<T>(context: Remaining, work: (cutOff: Promise<never>) => T, mostMs = Infinity): T {
  const remainingMs = Math.max(0, context.getRemainingTimeInMillis());
  const answerMs = Math.min(ANSWER_MS, remainingMs * ANSWER_SHARE);
  const signal = AbortSignal.timeout(Math.min(mostMs, Math.floor(remainingMs - answerMs)));
  // One for each request of the batch: Node.js would warn of a leak at eleven.
  setMaxListeners(0, signal);
  const cutOff = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(outOfTime()), { once: true });
  });
  return untilAborted(signal, () => work(cutOff));
}

function outOfTime(): OrderedReplayError {
  return new OrderedReplayError('CollectDeadlineExceeded', 'The event was not collected in time.', {
    remedy: 'Its requests were aborted, and it comes again.',
  });
}

/** What `collect` reaches on AWS, in the deployed stack or in the local runtime. */
export interface CollectWiring extends Pick<CollectHandlerDeps, 'clock' | 'settings' | 'telemetry'> {
  clients: { dynamodb: DynamoDBClient; sfn: SFNClient };
  tables: { eventBuffer: string; replays: string };
  sequenceStateMachineArn: string;
}

/** The handler on the adapters. */
export function wireCollect({ clients, tables, sequenceStateMachineArn, ...deps }: CollectWiring) {
  const dynamodb = inCallScope(clients.dynamodb);
  const sfn = inCallScope(clients.sfn);
  return createCollectHandler({
    ...deps,
    buffer: dynamoEventBuffer({ client: dynamodb, table: tables.eventBuffer }),
    replays: dynamoReplays({ client: dynamodb, table: tables.replays }),
    starts: sfnSequencerStarts({ client: sfn, stateMachineArn: sequenceStateMachineArn }),
  });
}

/** Writes one replayed event to the buffer; called by the state machine `collect` and by the queue `Overflow`. */
export const handler = onLambda((env) =>
  wireCollect({
    clients: {
      dynamodb: new DynamoDBClient(clientConfig(HURRIED)),
      sfn: new SFNClient(clientConfig(HURRIED)),
    },
    tables: {
      eventBuffer: requireVariable(env, 'BUFFER_TABLE'),
      replays: requireVariable(env, 'REPLAYS_TABLE'),
    },
    sequenceStateMachineArn: requireVariable(env, 'SEQUENCE_STATE_MACHINE_ARN'),
    clock: systemClock,
    settings: readSettings(env),
    telemetry: powertoolsTelemetry(),
  }),
);
