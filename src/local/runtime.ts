import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { type Clients, createClients } from '../aws/clients';
import { createTables } from '../aws/tables';
import type { JsonObject } from '../core/event';
import type { Clock } from '../core/ports';
import { type Settings, validateSettings } from '../core/settings';
import type { Telemetry } from '../lambda/telemetry';
import { type Authorize, permits } from './api-call';
import { type AsyncInvocations, asyncInvocations } from './async-invocation';
import { notFound } from './aws-error';
import { readDefinition } from './definitions';
import { createDynamoDb } from './dynamodb';
import { mapQueue, mapStream, type StreamMappingOptions } from './event-source-mapping';
import type { Deliver } from './eventbridge/bus';
import { createDelivery } from './eventbridge/delivery';
import type { ReplayTemper } from './eventbridge/replay';
import { createEventBridge } from './eventbridge/service';
import { type HostedFunction, invokeFunction } from './function-host';
import { createFunctions } from './functions';
import {
  COLLECT_CONCURRENCY,
  HOSTILE_TEMPER,
  LOCAL_RETRY_INTERVALS_MS,
  LOCAL_SETTINGS,
  MAX_RECEIVE_COUNT,
  VISIBILITY_TIMEOUT_MS,
} from './local-settings';
import { LocalQueue } from './queue';
import { queueService } from './queue-service';
import { createRandom } from './random';
import { LOCAL } from './resource-names';
import { serve } from './server';
import { createResourceInvoker } from './service-integrations';
import { LocalStateMachine, type MachineOptions } from './state-machine';
import { stepFunctionsService } from './state-machine-service';
import { TableStream } from './stream';
import { streamsService } from './stream-service';

/**
 * The whole service on one machine: the deployed state machine definitions and the deployed handlers, on embedded
 * engines. Wires them as `serverless.yml` does.
 */

export interface LocalRuntimeOptions {
  /** The consumer's Lambda handler, subscribed to the ordered stream; a rule may have it as its target too. */
  consumer: HostedFunction['handler'];
  consumerTimeoutMs?: number;
  stream?: StreamMappingOptions;
  settings?: Partial<Settings>;
  temper?: ReplayTemper;
  seed?: number;
  port?: number;
  telemetry: Telemetry;
  /** Told of each replayed event when the state machine or the queue takes it; must not throw. */
  arrived?: (event: JsonObject) => void;
  /** Decides, as IAM does, about each call to the services; by default everybody may do everything. */
  authorize?: Authorize;
}

export interface LocalRuntime {
  endpoint: string;
  clients: Clients;
  /** Executions of the state machines that failed. */
  failures(): { collect: number; sequence: number };
  /** Ends what is running, waits for the calls in flight and closes all connections. */
  stop(): Promise<void>;
}

/** @throws where it cannot start, as on a port that is taken; nothing is left running then. */
export async function startLocalRuntime(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  /** What is to be stopped, the last one first. */
  const running: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (let end = running.pop(); end; end = running.pop()) await end();
  };
  try {
    return { ...(await start(options, (end) => running.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: LocalRuntimeOptions,
  atStop: (end: () => void | Promise<void>) => void,
): Promise<Omit<LocalRuntime, 'stop'>> {
  const { telemetry, authorize } = options;
  const settings = validateSettings({ ...LOCAL_SETTINGS, ...options.settings });
  const stopping = new AbortController();
  // Every pause listens to it, and there may be many at a time.
  setMaxListeners(0, stopping.signal);
  const stream = new TableStream(LOCAL.tables.orderedEvents, LOCAL.streamArn, LOCAL.region);
  const streams = new Map([[stream.arn, stream]]);
  const { overflow, deadLetters } = createQueues();
  const queues = [overflow, deadLetters];
  const machines = new Map<string, LocalStateMachine>();
  const timeoutMs = options.consumerTimeoutMs ?? CONSUMER_TIMEOUT_MS;
  const consumer = { ...LOCAL.consumer, timeoutMs, handler: options.consumer };
  const live = asyncInvocations(consumer, {
    dropped: (event, error) => telemetry.failure(DROPPED, error, { eventId: (event as { id: string }).id }),
    signal: stopping.signal,
  });
  const eventBridge = createLocalEventBridge(options, settings, {
    machines,
    live,
    overflow,
    signal: stopping.signal,
  });

  const server = await serve(
    [eventBridge, stepFunctionsService(machines), streamsService(streams), queueService(queues)],
    createDynamoDb(streams, authorize),
    options.port,
    authorize,
  );
  atStop(() => server.close());
  const clientsOf = (accessKeyId: string) => {
    const clients = createClients({
      endpoint: server.endpoint,
      region: LOCAL.region,
      credentials: { accessKeyId, secretAccessKey: 'local' },
      // One process is client and server at once: when it is busy, it is slow to answer itself.
      timeoutsMs: { connection: 10_000, request: 10_000 },
    });
    atStop(() => clients.destroy());
    return clients;
  };
  const clients = clientsOf('local');

  const functions = createFunctions({ clientsOf, clock: clockUntil(stopping.signal), settings, telemetry });
  const addMachine = (principal: string, machine: Omit<MachineOptions, 'retryIntervalsMs'>) => {
    const invokeResource = createResourceInvoker({
      functions: Object.values(functions),
      queues,
      machines,
      authorize: (action, resource) => authorize?.({ principal, action, resource }),
    });
    const retryIntervalsMs = LOCAL_RETRY_INTERVALS_MS;
    machines.set(machine.arn, new LocalStateMachine({ ...machine, retryIntervalsMs }, invokeResource));
  };
  addMachine(LOCAL.roles.collectMachine, {
    arn: LOCAL.collectMachineArn,
    type: 'EXPRESS',
    definition: await readDefinition('collect'),
    timeoutMs: settings.collectExecutionMs,
    maxConcurrency: COLLECT_CONCURRENCY,
  });
  addMachine(LOCAL.roles.sequenceMachine, {
    arn: LOCAL.sequenceMachineArn,
    type: 'STANDARD',
    definition: await readDefinition('sequence'),
  });
  atStop(async () => {
    await Promise.all([...machines.values()].map((machine) => machine.stop()));
  });

  await createTables(clients.dynamodb, LOCAL.tables);
  await createEventSources(clients);
  atStop(() => live.ended());
  const polls = { principal: LOCAL.roles.collect, resource: LOCAL.overflow.arn };
  atStop(
    mapQueue(
      overflow,
      (payload) => invokeFunction(functions.collect, payload),
      (action) => permits(authorize, { ...polls, action }),
    ),
  );
  atStop(mapStream(stream, (payload) => invokeFunction(consumer, payload), options.stream));
  atStop(() => stopping.abort());
  const failuresOf = (arn: string) => machines.get(arn)?.failures ?? 0;
  return {
    endpoint: server.endpoint,
    clients,
    failures: () => ({
      collect: failuresOf(LOCAL.collectMachineArn),
      sequence: failuresOf(LOCAL.sequenceMachineArn),
    }),
  };
}

const CONSUMER_TIMEOUT_MS = 30_000;
const DROPPED = 'The consumer failed three times on an event of a rule, which Lambda drops.';

/** Sleeps end with an error when the runtime stops. */
function clockUntil(signal: AbortSignal): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms) => delay(ms, undefined, { signal }),
  };
}

/**
 * Rule targets are the state machines and the consumer. What a machine does not take in time goes to the queue
 * `Overflow`; a function's own queue takes everything.
 */
function createLocalEventBridge(
  { seed = 1, temper = HOSTILE_TEMPER, arrived, authorize }: LocalRuntimeOptions,
  { maximumEventAgeMs }: Settings,
  to: {
    machines: Map<string, LocalStateMachine>;
    live: AsyncInvocations;
    overflow: LocalQueue;
    signal: AbortSignal;
  },
) {
  const { account, region } = LOCAL;
  const { signal } = to;
  const deliverToMachine = createDelivery({
    random: createRandom(seed),
    throttleRate: temper.throttleRate,
    maximumEventAgeMs,
    signal,
    offer({ arn }, event) {
      const machine = to.machines.get(arn);
      if (!machine) throw notFound(`No local target ${arn}`);
      authorize?.({ principal: LOCAL.roles.rule, action: 'states:StartExecution', resource: arn });
      if (machine.isFull) return false;
      machine.start(randomUUID(), JSON.stringify(event));
      arrived?.(event);
      return true;
    },
    deadLetter(event) {
      if (!permits(authorize, DEAD_LETTER)) return;
      to.overflow.send(JSON.stringify(event));
      arrived?.(event);
    },
  });
  const deliver: Deliver = async (target, event) => {
    if (target.arn === LOCAL.consumer.arn) to.live.accept(event);
    else await deliverToMachine(target, event);
  };
  return createEventBridge({ account, region, deliver, temper, random: createRandom(seed), signal });
}

/** No role is taken for it: the queue's own policy decides. */
const DEAD_LETTER = {
  principal: 'events.amazonaws.com',
  action: 'sqs:SendMessage',
  resource: LOCAL.overflow.arn,
  sourceArn: LOCAL.ruleArn,
};

function createQueues() {
  const deadLetters = new LocalQueue({ ...LOCAL.deadLetters, visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS });
  const overflow = new LocalQueue({
    ...LOCAL.overflow,
    visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS,
    redrive: { maxReceiveCount: MAX_RECEIVE_COUNT, deadLetters },
  });
  return { overflow, deadLetters };
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
