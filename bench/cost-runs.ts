import '../src/local/promise-with-resolvers';
import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { StateMachine } from 'aws-local-stepfunctions';
import { createCollectHandler } from '../functions/collect';
import { createSequenceHandler } from '../functions/sequence';
import { silentTelemetry } from '../functions/telemetry';
import { dynamoCommands } from '../src/aws/commands';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoHistories } from '../src/aws/histories';
import { dynamoLanes } from '../src/aws/lanes';
import { dynamoReplays } from '../src/aws/replays';
import type { JsonObject } from '../src/core/json';
import { DAY_MS } from '../src/core/limits';
import type { SequenceAnswer, SequencerState } from '../src/core/replay/call';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import { readDefinition } from '../src/local/definitions';
import { LOCAL } from '../src/local/resource-names';
import type { MachineOptions } from '../src/local/state-machine';
import { createTables } from '../src/local/tables';
import type { CommandChanges } from '../src/operator/ports';
import { createWorld } from '../test/fakes/world';
import {
  BASELINE_TABLES,
  type BaselineKind,
  COMPUTE_WAIT_ARN,
  COMPUTE_WAIT_MB,
  computeWait,
  PUBLISH_RESOURCE,
  readBaseline,
  type Tasks,
  WRITE_RESOURCE,
} from './baseline';
import { itemBytes, type MeteredDynamoDb } from './dynalite';
import { FIRST_EVENT_MS, REPLAY, TIEBREAKER } from './events';
import { ASSUMED_REQUEST_MS, ASSUMED_STEP_MS, gbSeconds, memorySizes, scaledCpuMs } from './lambda';
import { processorTime } from './measure';
import { expressGbSeconds, type Usage, usage } from './prices';

/** What a run on some events used. */
export interface CostRun {
  events: number;
  used: Usage;
}

const SEQUENCE_CALL_MS = 300_000;
/** EventBridge bills each 64 KB of an event as one. */
const BILLED_EVENT_BYTES = 64 * 1024;
/** What DynamoDB adds to every item for its index, where storage is billed. */
const STORAGE_OVERHEAD_BYTES = 100;
const DAYS_PER_MONTH = 30;

let runs = 0;

/** Somebody who steers the replay: asked before each call of the sequencer. */
export type Person = (
  replay: { write(changes: CommandChanges): Promise<unknown> },
  nowMs: number,
) => Promise<void>;

/**
 * Collects and releases events with the deployed state machines, handlers and settings on a real DynamoDB engine, and
 * counts what is billed. The clock is virtual: each request of the engine moves it by an assumed latency, so the waits
 * and the lengths of calls are those of the cloud, and take no time here.
 */
export async function costOfOurs(
  dynamodb: MeteredDynamoDb,
  events: JsonObject[],
  speed: string,
  person: Person = async () => {},
) {
  const client = dynamodb.clients.dynamodb;
  const run = ++runs;
  const tables = {
    eventBuffer: `EventBuffer-${run}`,
    replays: `Replays-${run}`,
    orderedEvents: `OrderedEvents-${run}`,
  };
  await createTables(client, tables);
  const world = createWorld({ settings: { tiebreaker: TIEBREAKER } });
  const { clock } = world;
  const window = { fromMs: FIRST_EVENT_MS, toMs: FIRST_EVENT_MS + DAY_MS };
  world.status.set(REPLAY, { state: 'COMPLETED', description: `speed=${speed}`, window });
  const deps = {
    ...world,
    buffer: dynamoEventBuffer({ client, table: tables.eventBuffer }),
    replays: dynamoReplays({ client, table: tables.replays }),
    histories: dynamoHistories({ client, table: tables.replays }),
    lanes: dynamoLanes({ client, table: tables.orderedEvents }),
    telemetry: silentTelemetry,
  };
  dynamodb.reset(() => clock.advance(ASSUMED_REQUEST_MS));
  const memory = await memorySizes();
  const billed = { calls: 0, gbSeconds: 0, expressGbSeconds: 0 };

  async function bill<T>(name: 'collect' | 'sequence', call: () => Promise<T>) {
    const startMs = clock.now();
    const { result, micros } = await processorTime(call);
    const durationMs = clock.now() - startMs + scaledCpuMs(micros / 1_000, memory[name]);
    billed.calls++;
    billed.gbSeconds += gbSeconds(durationMs, memory[name]);
    return { answer: result, durationMs };
  }

  const collectHandler = createCollectHandler(deps);
  const collectDefinition = await readDefinition('collect');
  const definitionBytes = JSON.stringify(collectDefinition).length;
  const collect = async (event: JsonObject) => {
    const { answer, durationMs } = await bill('collect', () => collectHandler(event));
    const bytes = JSON.stringify(event).length;
    billed.expressGbSeconds += expressGbSeconds(durationMs + ASSUMED_STEP_MS, bytes, definitionBytes);
    return answer;
  };
  const expressStates = await statesEntered(collectDefinition, { [LOCAL.collect.arn]: collect }, events);
  if (expressStates !== events.length) throw new Error(`${expressStates} states for ${events.length} events`);

  const sequenceHandler = createSequenceHandler(deps);
  const commands = dynamoCommands({ client, table: tables.replays });
  const steered = { write: (changes: CommandChanges) => commands.write(REPLAY, changes) };
  const sequence = async (state: SequencerState) => {
    await person(steered, clock.now());
    const startMs = clock.now();
    const context = { getRemainingTimeInMillis: () => startMs + SEQUENCE_CALL_MS - clock.now() };
    const { answer } = await bill<SequenceAnswer>('sequence', () => sequenceHandler(state, context));
    if (answer.action === 'wait') clock.set(Math.max(clock.now(), Date.parse(answer.resumeAt)));
    return answer;
  };
  const standardTransitions = await statesEntered(
    await readDefinition('sequence'),
    { [LOCAL.sequence.arn]: sequence },
    [{ replay: REPLAY, generation: 1 }],
  );
  const { writeUnits, readUnits } = dynamodb.counted();
  const row = await deps.replays.get(REPLAY);
  if (row?.phase !== 'DONE') throw new Error(`The replay is ${row?.phase}: ${row?.reason}`);
  const buffer = dynamodb.counted(`PutItem ${tables.eventBuffer}`);
  const used = usage({
    expressRequests: events.length,
    expressGbSeconds: billed.expressGbSeconds,
    standardTransitions,
    lambdaRequests: billed.calls,
    lambdaGbSeconds: billed.gbSeconds,
    writeUnits,
    readUnits,
    storageGbMonths: storageGbMonths(buffer.putBytes, events.length, world.settings.retentionMs),
    sqsRequests: world.queues.calls.length,
  });
  const lanes = dynamodb.counted(`UpdateItem ${tables.orderedEvents}`);
  const units = { buffer: buffer.writeUnits, lanes: lanes.writeUnits };
  return { events: events.length, used, writeUnits: units };
}

/** The baseline on the same events: every execution runs, its waits take no time. */
export async function costOfBaseline(
  kind: BaselineKind,
  dynamodb: MeteredDynamoDb,
  events: JsonObject[],
): Promise<CostRun> {
  const client = dynamodb.clients.dynamodb;
  await createTables(client, BASELINE_TABLES);
  dynamodb.reset();
  let lambdaGbSeconds = 0;
  let storedBytes = 0;
  let customEvents = 0;
  const tasks: Tasks = {
    [COMPUTE_WAIT_ARN]: async (event) => {
      const { result, micros } = await processorTime(() => computeWait(event, FIRST_EVENT_MS, 1));
      lambdaGbSeconds += gbSeconds(scaledCpuMs(micros / 1_000, COMPUTE_WAIT_MB), COMPUTE_WAIT_MB);
      return result;
    },
    [WRITE_RESOURCE]: async (input: UpdateItemCommandInput) => {
      await client.send(new UpdateItemCommand(input));
      const event = input.ExpressionAttributeValues?.[':event'] ?? { S: '' };
      storedBytes += itemBytes({ ...input.Key, event });
      return {};
    },
    [PUBLISH_RESOURCE]: async ({ Entries }: { Entries: { Detail: string }[] }) => {
      for (const { Detail } of Entries) customEvents += Math.ceil(Detail.length / BILLED_EVENT_BYTES);
      return {};
    },
  };
  const standardTransitions = await statesEntered(await readBaseline(kind), tasks, events);
  const { writeUnits, readUnits } = dynamodb.counted();
  const stored =
    storedBytes > 0 ? storageGbMonths(storedBytes, events.length, DEFAULT_SETTINGS.retentionMs) : 0;
  const used = { standardTransitions, lambdaGbSeconds, writeUnits, readUnits, customEvents };
  return {
    events: events.length,
    used: usage({ ...used, lambdaRequests: events.length, storageGbMonths: stored }),
  };
}

function storageGbMonths(bytes: number, items: number, retentionMs: number): number {
  return ((bytes + items * STORAGE_OVERHEAD_BYTES) / 1024 ** 3) * (retentionMs / DAY_MS / DAYS_PER_MONTH);
}

/**
 * Runs a state machine's definition once for each input, without waiting.
 *
 * @param tasks What each resource does; the others are not to be reached.
 * @returns the states that were entered: the transitions that Step Functions bills, but for an execution's start, which
 * may be one more.
 */
async function statesEntered(
  definition: MachineOptions['definition'],
  tasks: Tasks,
  inputs: unknown[],
): Promise<number> {
  // Compiling the schemas that it would be checked by takes a second.
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const states = Object.entries(definition.States);
  const handlers = states.flatMap(([name, state]) => {
    if (state.Type !== 'Task') return [];
    const unexpected = () => Promise.reject(new Error(`${name} was not to be reached`));
    return [[name, tasks[state.Resource] ?? unexpected]];
  });
  const waits = states.filter(([, { Type }]) => Type === 'Wait').map(([name]) => [name, 0]);
  const overrides = {
    taskResourceLocalHandlers: Object.fromEntries(handlers),
    waitTimeOverrides: Object.fromEntries(waits),
  };
  let entered = 0;
  for (const input of inputs) {
    const { result, eventLogs } = machine.run(input as Parameters<StateMachine['run']>[0], { overrides });
    for await (const { type } of eventLogs) if (type === 'StateEntered') entered++;
    await result;
  }
  return entered;
}
