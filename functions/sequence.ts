import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { clientConfig } from '../src/aws/clients';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoHistories } from '../src/aws/histories';
import { dynamoLanes } from '../src/aws/lanes';
import { type QueueUrls, sqsQueues } from '../src/aws/queues';
import { eventBridgeReplayStatus } from '../src/aws/replay-status';
import { dynamoReplays } from '../src/aws/replays';
import type { SequenceAnswer, SequencerState } from '../src/core/replay/call';
import { type SequenceDeps, sequence } from '../src/core/replay/sequence';
import { onLambda } from './on-lambda';
import { readSettings, requireVariable } from './settings';
import { systemClock } from './system-clock';
import { forCaller, powertoolsTelemetry, type Telemetry } from './telemetry';

export type SequenceHandlerDeps = Omit<SequenceDeps, 'observer' | 'remainingMs'> & { telemetry: Telemetry };

/** One call of the sequencer: does what the replay's phase asks for and answers when to go on. */
export function createSequenceHandler(deps: SequenceHandlerDeps) {
  const { telemetry } = deps;
  return async (
    state: SequencerState,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SequenceAnswer> => {
    let appends = 0;
    let released = 0;
    try {
      const answer = await sequence(state, {
        ...deps,
        remainingMs: () => context.getRemainingTimeInMillis(),
        observer: {
          sealed: (collected) => telemetry.count('collected', collected),
          appended: (events, lagMs) => {
            appends++;
            released += events;
            telemetry.lag(lagMs);
          },
          backsOff: (error, waitMs) =>
            telemetry.failure('A service is unavailable, the sequencer waits', error, {
              replay: state.replay,
              waitMs,
            }),
          historyFailed: (error) =>
            telemetry.failure('The history of the run was not written', error, { replay: state.replay }),
        },
      });
      telemetry.info('Sequencer step', { ...describeAnswer(answer), appends, released });
      if (answer.action === 'fail') telemetry.count('needsPerson', 1);
      return answer;
    } catch (error) {
      telemetry.failure('The sequencer step failed', error, { replay: state?.replay, appends, released });
      throw forCaller(error);
    } finally {
      if (appends > 0) {
        telemetry.count('appends', appends);
        telemetry.count('released', released);
      }
      telemetry.flush();
    }
  };
}

function describeAnswer(answer: SequenceAnswer) {
  if (answer.action === 'done') return { action: answer.action, ...answer.report };
  if (answer.action === 'fail') return { action: answer.action, code: answer.Error, reason: answer.Cause };
  const { action, replay, generation, iteration, resumeAt } = answer;
  return { action, replay, generation, iteration, resumeAt };
}

/** What `sequence` reaches on AWS, in the deployed stack or in the local runtime. */
export interface SequenceWiring extends Pick<SequenceHandlerDeps, 'clock' | 'settings' | 'telemetry'> {
  clients: { dynamodb: DynamoDBClient; eventbridge: EventBridgeClient; sqs: SQSClient };
  tables: { eventBuffer: string; replays: string; orderedEvents: string };
  queueUrls: QueueUrls;
}

/** The handler on the adapters. */
export function wireSequence({ clients, tables, queueUrls, ...deps }: SequenceWiring) {
  const { dynamodb, eventbridge, sqs } = clients;
  return createSequenceHandler({
    ...deps,
    buffer: dynamoEventBuffer({ client: dynamodb, table: tables.eventBuffer }),
    replays: dynamoReplays({ client: dynamodb, table: tables.replays }),
    histories: dynamoHistories({ client: dynamodb, table: tables.replays }),
    lanes: dynamoLanes({ client: dynamodb, table: tables.orderedEvents }),
    status: eventBridgeReplayStatus({ client: eventbridge }),
    queues: sqsQueues({ client: sqs, urls: queueUrls }),
  });
}

/** Does what a replay's phase asks for and answers when to go on; called by the state machine `sequence`. */
export const handler = onLambda((env) =>
  wireSequence({
    clients: {
      dynamodb: new DynamoDBClient(clientConfig()),
      eventbridge: new EventBridgeClient(clientConfig()),
      sqs: new SQSClient(clientConfig()),
    },
    tables: {
      eventBuffer: requireVariable(env, 'BUFFER_TABLE'),
      replays: requireVariable(env, 'REPLAYS_TABLE'),
      orderedEvents: requireVariable(env, 'ORDERED_EVENTS_TABLE'),
    },
    queueUrls: {
      overflow: requireVariable(env, 'OVERFLOW_QUEUE_URL'),
      deadLetters: requireVariable(env, 'DEAD_LETTERS_QUEUE_URL'),
    },
    clock: systemClock,
    settings: readSettings(env),
    telemetry: powertoolsTelemetry(),
  }),
);
