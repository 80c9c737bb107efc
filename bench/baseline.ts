import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../src/core/json';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import { type Clients, createClients } from '../src/local/clients';
import { createDynamoDb } from '../src/local/dynamodb';
import { mapStream } from '../src/local/event-source-mapping';
import { LocalQueue } from '../src/local/queue';
import { createEventSources, createReplayBus, type ReplayBusOptions } from '../src/local/replay-bus';
import { LOCAL } from '../src/local/resource-names';
import { serve } from '../src/local/server';
import { LocalStateMachine, type MachineOptions } from '../src/local/state-machine';
import { TableStream } from '../src/local/stream';
import { createTables } from '../src/local/tables';

/** `table`: one item for each event in a streamed table. `bus`: back on the bus, where the cost is of interest. */
export type BaselineKind = 'table' | 'bus';

export const COMPUTE_WAIT_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:compute-wait';
export const WRITE_RESOURCE = 'arn:aws:states:::dynamodb:updateItem';
export const PUBLISH_RESOURCE = 'arn:aws:states:::events:putEvents';
/** The least that a function can have. */
export const COMPUTE_WAIT_MB = 128;
/** `PacedEvents` is like `OrderedEvents`, with a lane for each event. */
export const BASELINE_TABLES = { ...LOCAL.tables, orderedEvents: 'PacedEvents' };

/** What a task of the baseline's state machine does, by its resource. */
export type Tasks = Record<string, (input: never) => Promise<unknown>>;

/**
 * How long an event's execution is to wait: (event time − start) / speed, in whole seconds, because `Wait` takes no
 * others: https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
export async function computeWait(event: JsonObject, startMs: number, speed: number) {
  return {
    seconds: Math.trunc((Date.parse(String(event.time)) - startMs) / speed / 1_000),
    id: String(event.id),
    detailType: String(event['detail-type']),
    text: JSON.stringify(event),
  };
}

export async function readBaseline(kind: BaselineKind): Promise<MachineOptions['definition']> {
  return JSON.parse(await readFile(path.join(__dirname, `baseline/${kind}.asl.json`), 'utf8'));
}

export interface BaselineOptions extends ReplayBusOptions {
  speed: number;
  /** Event time from which waits are counted. */
  firstEventMs: number;
  /** The consumer. */
  delivered: (event: JsonObject) => void;
}

/** The baseline on the pieces of the local runtime: its EventBridge, Step Functions, DynamoDB and stream mapping. */
export async function startBaseline(
  options: BaselineOptions,
): Promise<{ clients: Clients; stop(): Promise<void> }> {
  const { speed, firstEventMs, delivered, ...bus } = options;
  const stopping = new AbortController();
  const stream = new TableStream(BASELINE_TABLES.orderedEvents, `${LOCAL.streamArn}.paced`, LOCAL.region);
  const machines = new Map<string, LocalStateMachine>();
  const eventBridge = createReplayBus(bus, DEFAULT_SETTINGS, {
    machines,
    live: { accept: () => undefined, ended: async () => undefined },
    overflow: new LocalQueue({ ...LOCAL.overflow, visibilityTimeoutMs: 0 }),
    signal: stopping.signal,
  });
  const server = await serve([eventBridge], createDynamoDb(new Map([[stream.arn, stream]])));
  const clients = createClients({
    endpoint: server.endpoint,
    region: LOCAL.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const definition = await readBaseline('table');
  const machine = new LocalStateMachine(
    { arn: LOCAL.collectMachineArn, type: 'STANDARD', definition },
    async (resource, input) => {
      if (resource === COMPUTE_WAIT_ARN) return computeWait(input as JsonObject, firstEventMs, speed);
      await clients.dynamodb.send(new UpdateItemCommand(input as UpdateItemCommandInput));
      return {};
    },
  );
  machines.set(LOCAL.collectMachineArn, machine);
  await createTables(clients.dynamodb, BASELINE_TABLES);
  await createEventSources(clients);
  const unmap = mapStream(stream, async (payload) => {
    const { Records } = payload as { Records: { dynamodb: { NewImage: { event: { S: string } } } }[] };
    for (const { dynamodb } of Records) delivered(JSON.parse(dynamodb.NewImage.event.S));
  });
  return {
    clients,
    async stop() {
      stopping.abort();
      await unmap();
      await machine.stop();
      clients.destroy();
      await server.close();
    },
  };
}
