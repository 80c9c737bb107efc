import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { type Clients, createClients } from '../aws/clients';
import { dynamoEventBuffer } from '../aws/event-buffer';
import { dynamoLanes } from '../aws/lanes';
import { sqsQueues } from '../aws/queues';
import { eventBridgeReplayStatus } from '../aws/replay-status';
import { dynamoReplays } from '../aws/replays';
import { sfnSequencerStarts } from '../aws/sequencer-starts';
import { createTables } from '../aws/tables';
import { type Settings, validateSettings } from '../core/settings';
import { type CollectInput, createCollectHandler, eventsOf } from '../lambda/collect-handler';
import { createReleaseHandler } from '../lambda/release-handler';
import { systemClock } from '../lambda/system-clock';
import type { Telemetry } from '../lambda/telemetry';
import { AwsError } from './aws-error';
import { createDynamoDb } from './dynamodb';
import { mapQueue, mapStream, type StreamMappingOptions } from './event-source-mapping';
import { createDelivery } from './eventbridge/delivery';
import type { ReplayTemper } from './eventbridge/replay';
import { createEventBridge } from './eventbridge/service';
import { type HostedFunction, invokeFunction } from './function-host';
import {
  COLLECT_CONCURRENCY,
  HOSTILE_TEMPER,
  LOCAL_RETRY_INTERVALS_MS,
  LOCAL_SETTINGS,
  MAX_RECEIVE_COUNT,
  RELEASE_TIMEOUT_MS,
  VISIBILITY_TIMEOUT_MS,
} from './local-settings';
import { LocalQueue } from './queue';
import { queueService } from './queue-service';
import { createRandom } from './random';
import { LOCAL } from './resource-names';
import { serve } from './server';
import { LocalStateMachine, stepFunctionsService } from './state-machines';
import { streamsService, TableStream } from './stream';

/**
 * The whole service on one machine: the deployed state machine definitions and the deployed handlers, on embedded
 * engines. Wires them as `serverless.yml` does.
 */

const STATE_MACHINES = path.join(__dirname, '../../statemachines');

export interface LocalRuntimeOptions {
  /** The consumer's Lambda handler, subscribed to the ordered stream. */
  consumer: HostedFunction['handler'];
  consumerTimeoutMs?: number;
  stream?: StreamMappingOptions;
  settings?: Partial<Settings>;
  temper?: ReplayTemper;
  seed?: number;
  port?: number;
  telemetry: Telemetry;
  /** Told of each event, as JSON text or parsed, when `collect` gets it. */
  arrived?: (event: unknown) => void;
}

export interface LocalRuntime {
  endpoint: string;
  clients: Clients;
  /** Executions of the state machines that failed. */
  failures(): { collect: number; sequence: number };
  stop(): Promise<void>;
}

export async function startLocalRuntime(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  const settings = validateSettings({ ...LOCAL_SETTINGS, ...options.settings });
  const random = createRandom(options.seed ?? 1);
  const temper = options.temper ?? HOSTILE_TEMPER;
  const stream = new TableStream(LOCAL.tables.orderedEvents, LOCAL.streamArn, LOCAL.region);
  const streams = new Map([[stream.arn, stream]]);
  const dynamodb = createDynamoDb(streams);
  const { overflow, deadLetters } = createQueues();
  const machines = new Map<string, LocalStateMachine>();
  const eventBridge = createEventBridge({
    account: LOCAL.account,
    region: LOCAL.region,
    random,
    temper,
    deliver: createDelivery({
      random,
      maximumEventAgeMs: settings.maximumEventAgeMs,
      throttleRate: temper.throttleRate,
      deadLetter: (event) => void overflow.send(JSON.stringify(event)),
      invoke: async ({ arn }, event) => {
        const machine = machines.get(arn);
        if (!machine) throw new AwsError('ResourceNotFoundException', `No local target ${arn}`);
        machine.start(randomUUID(), JSON.stringify(event));
      },
    }),
  });
  const server = await serve(
    [eventBridge.service, stepFunctionsService(machines), streamsService(streams), queueService([overflow, deadLetters])],
    dynamodb.listener,
    options.port,
  );
  const clients = createClients({
    endpoint: server.endpoint,
    region: LOCAL.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // One process is client and server at once: when it is busy, it is slow to answer itself.
    timeoutsMs: { connection: 10_000, request: 10_000 },
  });
  const functions = createFunctions(clients, settings, options);
  const invokeResource = createResourceInvoker(Object.values(functions), [overflow, deadLetters], machines);
  for (const [name, arn] of [
    ['collect', LOCAL.collectMachineArn],
    ['sequence', LOCAL.sequenceMachineArn],
  ] as const) {
    const limits =
      name === 'collect'
        ? { type: 'EXPRESS' as const, timeoutMs: settings.collectExecutionMs, maxConcurrency: COLLECT_CONCURRENCY }
        : { type: 'STANDARD' as const };
    const definition = await readDefinition(name);
    machines.set(
      arn,
      new LocalStateMachine({ arn, definition, ...limits, retryIntervalsMs: LOCAL_RETRY_INTERVALS_MS }, invokeResource),
    );
  }
  await createTables(clients.dynamodb, LOCAL.tables);
  await createEventSources(clients);
  const invoke = (hosted: HostedFunction) => (payload: unknown) => invokeFunction(hosted, payload);
  const unmapQueue = mapQueue(overflow, invoke(functions.collect));
  const unmapStream = mapStream(stream, invoke(functions.consumer), options.stream);
  return {
    endpoint: server.endpoint,
    clients,
    failures: () => ({
      collect: machines.get(LOCAL.collectMachineArn)?.failures ?? 0,
      sequence: machines.get(LOCAL.sequenceMachineArn)?.failures ?? 0,
    }),
    stop: async () => {
      await Promise.all([unmapQueue(), unmapStream()]);
      clients.destroy();
      await server.close();
      await dynamodb.close();
    },
  };
}

async function createEventSources({ eventbridge }: Clients): Promise<void> {
  const EventBusName = LOCAL.busName;
  await eventbridge.send(new CreateEventBusCommand({ Name: EventBusName }));
  await eventbridge.send(
    new CreateArchiveCommand({ ArchiveName: LOCAL.archiveName, EventSourceArn: LOCAL.busArn }),
  );
  const EventPattern = JSON.stringify({ 'replay-name': [{ exists: true }] });
  await eventbridge.send(new PutRuleCommand({ Name: LOCAL.ruleName, EventBusName, EventPattern }));
  const Targets = [{ Id: 'collect', Arn: LOCAL.collectMachineArn }];
  await eventbridge.send(new PutTargetsCommand({ Rule: LOCAL.ruleName, EventBusName, Targets }));
}
