import { randomUUID } from 'node:crypto';
import { CreateTableCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  PutEventsCommand,
  type PutEventsCommandInput,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import type { JsonObject } from '../../src/core/json';
import { type Clients, createClients } from '../../src/local/clients';
import { createDynamoDb } from '../../src/local/dynamodb';
import { mapStream } from '../../src/local/event-source-mapping';
import { createDelivery } from '../../src/local/eventbridge/delivery';
import { createEventBridge } from '../../src/local/eventbridge/service';
import { createRandom } from '../../src/local/random';
import { LOCAL } from '../../src/local/resource-names';
import { serve } from '../../src/local/server';
import { type InvokeResource, LocalStateMachine } from '../../src/local/state-machine';
import { TableStream } from '../../src/local/stream';
import { GENTLE_TEMPER } from '../replay-events';
import {
  type BaselineKind,
  COMPUTE_WAIT_ARN,
  computeWait,
  PACED_TABLE,
  PUBLISH_RESOURCE,
  readBaseline,
  WRITE_RESOURCE,
} from './compute-wait';

const MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:paced';
const STREAM_ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/PacedEvents/stream/2026-01-01T00:00:00.000';
/** Long enough for anything that a busy machine delays. */
const MAXIMUM_EVENT_AGE_MS = 60_000;

export interface BaselineOptions {
  kind: BaselineKind;
  speed: number;
  /** Event time from which waits are counted. */
  firstEventMs: number;
  seed: number;
  arrived: (event: JsonObject) => void;
  /** The consumer. */
  delivered: (event: JsonObject) => void;
}

export interface BaselineRuntime {
  clients: Clients;
  stop(): Promise<void>;
}

/** The baseline on the pieces of the local runtime: its EventBridge, Step Functions, DynamoDB and stream mapping. */
export async function startBaseline(options: BaselineOptions): Promise<BaselineRuntime> {
  const { kind, arrived, delivered, seed } = options;
  const stopping = new AbortController();
  const stream = new TableStream(PACED_TABLE, STREAM_ARN, LOCAL.region);
  let machine: LocalStateMachine | undefined;
  const deliver = createDelivery({
    random: createRandom(seed),
    throttleRate: 0,
    maximumEventAgeMs: MAXIMUM_EVENT_AGE_MS,
    signal: stopping.signal,
    offer({ arn }, event) {
      if (arn === LOCAL.consumer.arn) {
        delivered(JSON.parse(String((event as { detail: { text: string } }).detail.text)));
        return true;
      }
      arrived(event);
      machine?.start(randomUUID(), JSON.stringify(event));
      return true;
    },
    deadLetter: () => undefined,
  });
  const { account, region } = LOCAL;
  const eventBridge = createEventBridge({
    account,
    region,
    deliver,
    temper: GENTLE_TEMPER,
    random: createRandom(seed),
    signal: stopping.signal,
  });
  const server = await serve([eventBridge], createDynamoDb(new Map([[stream.arn, stream]])));
  const clients = createClients({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    timeoutsMs: { connection: 30_000, request: 30_000 },
  });
  machine = new LocalStateMachine(
    { arn: MACHINE_ARN, type: 'STANDARD', definition: await readBaseline(kind) },
    taskRunner(clients, options),
  );
  await createResources(clients);
  const unmap = mapStream(stream, async (payload) => {
    for (const record of (payload as { Records: { dynamodb: { NewImage: { event: { S: string } } } }[] })
      .Records) {
      delivered(JSON.parse(record.dynamodb.NewImage.event.S));
    }
  });
  return {
    clients,
    async stop() {
      stopping.abort();
      await unmap();
      await machine?.stop();
      clients.destroy();
      await server.close();
    },
  };
}

function taskRunner(clients: Clients, { firstEventMs, speed }: BaselineOptions): InvokeResource {
  return async (resource, input) => {
    if (resource === COMPUTE_WAIT_ARN) return computeWait(input as JsonObject, firstEventMs, speed);
    if (resource === WRITE_RESOURCE) {
      await clients.dynamodb.send(new UpdateItemCommand(input as UpdateItemCommandInput));
    }
    if (resource === PUBLISH_RESOURCE)
      await clients.eventbridge.send(new PutEventsCommand(wrapped(input as never)));
    return {};
  };
}

/** `Detail` must be an object's JSON; the event's own would lose its time. */
function wrapped({ Entries = [] }: PutEventsCommandInput): PutEventsCommandInput {
  return { Entries: Entries.map((entry) => ({ ...entry, Detail: JSON.stringify({ text: entry.Detail }) })) };
}

async function createResources({ dynamodb, eventbridge }: Clients): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: PACED_TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const EventBusName = LOCAL.busName;
  await eventbridge.send(new CreateEventBusCommand({ Name: EventBusName }));
  const EventPattern = JSON.stringify({ 'replay-name': [{ exists: false }] });
  await eventbridge.send(
    new CreateArchiveCommand({ ArchiveName: LOCAL.archiveName, EventSourceArn: LOCAL.busArn, EventPattern }),
  );
  const rules = [
    { Rule: 'replayed', pattern: { 'replay-name': [{ exists: true }] }, arn: MACHINE_ARN },
    { Rule: 'paced', pattern: { source: ['paced'] }, arn: LOCAL.consumer.arn },
  ];
  for (const { Rule, pattern, arn } of rules) {
    await eventbridge.send(
      new PutRuleCommand({ Name: Rule, EventBusName, EventPattern: JSON.stringify(pattern) }),
    );
    await eventbridge.send(
      new PutTargetsCommand({ Rule, EventBusName, Targets: [{ Id: 'target', Arn: arn }] }),
    );
  }
}
