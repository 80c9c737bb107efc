import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Telemetry } from '../../functions/telemetry';
import type { Clock } from '../core/ports';
import { type Settings, validateSettings } from '../core/settings';
import { permits } from './api-call';
import { asyncInvocations } from './async-invocation';
import { type Clients, createClients } from './clients';
import { readDefinition } from './definitions';
import { createDynamoDb } from './dynamodb';
import { mapQueue, mapStream, type StreamMappingOptions } from './event-source-mapping';
import { type HostedFunction, invokeFunction } from './function-host';
import { createFunctions } from './functions';
import { healing } from './healing';
import {
  COLLECT_CONCURRENCY,
  LOCAL_RETRY_INTERVALS_MS,
  LOCAL_SETTINGS,
  MAX_RECEIVE_COUNT,
  OVERFLOW_BATCH_SIZE,
  VISIBILITY_TIMEOUT_MS,
} from './local-settings';
import { LocalQueue } from './queue';
import { queueService } from './queue-service';
import { createEventSources, createReplayBus, type ReplayBusOptions } from './replay-bus';
import { LOCAL } from './resource-names';
import { serve } from './server';
import { createResourceInvoker } from './service-integrations';
import { LocalStateMachine, type MachineOptions } from './state-machine';
import { stepFunctionsService } from './state-machine-service';
import { TableStream } from './stream';
import { streamsService } from './stream-service';
import { createTables } from './tables';

/**
 * The whole service on one machine: the deployed state machine definitions and the deployed handlers, on embedded
 * engines. Wires them as `serverless.yml` does.
 */

export interface LocalRuntimeOptions extends ReplayBusOptions {
  /** The consumer's Lambda handler, subscribed to the ordered stream; a rule may have it as its target too. */
  consumer: HostedFunction['handler'];
  consumerTimeoutMs?: number;
  stream?: StreamMappingOptions;
  settings?: Partial<Settings>;
  port?: number;
  telemetry: Telemetry;
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
  const eventBridge = createReplayBus(options, settings, {
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
    });
    atStop(() => clients.destroy());
    return clients;
  };
  const clients = clientsOf('local');

  const functions = createFunctions({ clientsOf, clock: clockUntil(stopping.signal), settings, telemetry });
  const heal = asyncInvocations(functions.heal, {
    dropped: (_event, error) => telemetry.failure('The healer failed three times.', error, {}),
    signal: stopping.signal,
  });
  const healer = healing(heal, stopping.signal);
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
    failed: healer.executionFailed,
  });
  atStop(async () => {
    await Promise.all([...machines.values()].map((machine) => machine.stop()));
  });

  await createTables(clients.dynamodb, LOCAL.tables);
  await createEventSources(clients);
  atStop(() => live.ended());
  const looking = healer.keepLooking();
  atStop(async () => {
    await looking;
    await heal.ended();
  });
  const polls = { principal: LOCAL.roles.collect, resource: LOCAL.overflow.arn };
  atStop(
    mapQueue(
      overflow,
      (payload) => invokeFunction(functions.collect, payload),
      (action) => permits(authorize, { ...polls, action }),
      OVERFLOW_BATCH_SIZE,
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

function createQueues() {
  const deadLetters = new LocalQueue({ ...LOCAL.deadLetters, visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS });
  const overflow = new LocalQueue({
    ...LOCAL.overflow,
    visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS,
    redrive: { maxReceiveCount: MAX_RECEIVE_COUNT, deadLetters },
  });
  return { overflow, deadLetters };
}
