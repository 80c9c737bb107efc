import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createCollectHandler } from '../functions/collect';
import { createSequenceHandler } from '../functions/sequence';
import { silentTelemetry } from '../functions/telemetry';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoLanes } from '../src/aws/lanes';
import { dynamoReplays } from '../src/aws/replays';
import { DAY_MS } from '../src/core/limits';
import type { SequenceAnswer, SequencerState } from '../src/core/replay/sequence';
import { readDefinition } from '../src/local/definitions';
import { LOCAL } from '../src/local/resource-names';
import { createTables } from '../src/local/tables';
import { intercept } from '../test/fakes/intercept';
import { createWorld } from '../test/fakes/world';
import type { CostRun, Measurement } from './cost-run';
import type { MeteredDynamoDb } from './dynalite';
import { FIRST_EVENT_MS, REPLAY, TIEBREAKER } from './events';
import { executionOf } from './execution';
import { STORAGE_OVERHEAD_BYTES } from './item-bytes';
import { ASSUMED_REQUEST_MS, ASSUMED_STEP_MS, gbSeconds, scaledCpuMs, withCpuMs } from './lambda-model';
import { DAYS_PER_MONTH } from './prices';
import { expressGbSeconds, usage } from './usage';

const SEQUENCE_CALL_MS = 300_000;

let run = 0;

/**
 * Collects and releases events with the deployed state machines, handlers and settings on a real DynamoDB engine, and
 * counts what is billed. The clock is virtual: each request of the engine moves it by an assumed latency, so the waits
 * and the lengths of calls are those of the cloud, and take no time here.
 */
export async function costOfOurs(
  dynamodb: MeteredDynamoDb,
  { events, speed }: Measurement,
): Promise<CostRun> {
  const client = dynamodb.clients.dynamodb;
  const suffix = `-${++run}`;
  const tables = {
    eventBuffer: `EventBuffer${suffix}`,
    replays: `Replays${suffix}`,
    orderedEvents: `OrderedEvents${suffix}`,
  };
  await createTables(client, tables);
  dynamodb.reset();
  const world = createWorld({ settings: { tiebreaker: TIEBREAKER } });
  const { clock } = world;
  world.status.set(REPLAY, {
    state: 'COMPLETED',
    description: `speed=${speed}`,
    window: { fromMs: FIRST_EVENT_MS, toMs: FIRST_EVENT_MS + DAY_MS },
  });
  const latency = { after: () => clock.advance(ASSUMED_REQUEST_MS) };
  const deps = {
    ...world,
    clock,
    buffer: intercept(dynamoEventBuffer({ client, table: tables.eventBuffer }), 'buffer', latency),
    replays: intercept(dynamoReplays({ client, table: tables.replays }), 'replays', latency),
    lanes: intercept(dynamoLanes({ client, table: tables.orderedEvents }), 'lanes', latency),
    telemetry: silentTelemetry,
  };
  const memory = await memorySizes();
  const counted = { expressGbSeconds: 0, lambdaGbSeconds: 0, collectCalls: 0, sequenceCalls: 0 };
  const cpuMs = { collect: 0, sequence: 0 };
  const billedMs = { collect: 0, sequence: 0 };
  const wallMs = { collect: 0, sequence: 0 };

  const bill = (name: 'collect' | 'sequence', tookMs: number, cpu: Cpu): number => {
    const durationMs = tookMs + scaledCpuMs(cpu.cpuMs, memory[name]);
    counted[`${name}Calls`]++;
    counted.lambdaGbSeconds += gbSeconds(durationMs, memory[name]);
    cpuMs[name] += cpu.cpuMs;
    wallMs[name] += cpu.wallMs;
    billedMs[name] += durationMs;
    return durationMs;
  };

  const collectHandler = createCollectHandler(deps);
  const collectDefinition = await readDefinition('collect');
  const definitionBytes = JSON.stringify(collectDefinition).length;
  const collect = async (event: JsonEvent) => {
    const startMs = clock.now();
    const { result, ...cpu } = await withCpuMs(() => collectHandler(event));
    const durationMs = bill('collect', clock.now() - startMs, cpu);
    const payloadBytes = JSON.stringify(event).length;
    counted.expressGbSeconds += expressGbSeconds(durationMs + ASSUMED_STEP_MS, payloadBytes, definitionBytes);
    return result;
  };
  let expressStates = 0;
  const execute = executionOf(collectDefinition, { [LOCAL.collect.arn]: collect });
  for (const event of events) expressStates += (await execute(event)).entered;
  if (expressStates !== events.length) throw new Error(`${expressStates} states for ${events.length} events`);

  const sequenceHandler = createSequenceHandler(deps);
  const sequence = async (state: SequencerState) => {
    const startMs = clock.now();
    const context = { getRemainingTimeInMillis: () => startMs + SEQUENCE_CALL_MS - clock.now() };
    const { result, ...cpu } = await withCpuMs<SequenceAnswer>(() => sequenceHandler(state, context));
    bill('sequence', clock.now() - startMs, cpu);
    if (result.action === 'wait') clock.set(Math.max(clock.now(), Date.parse(result.resumeAt)));
    return result;
  };
  const { entered } = await executionOf(await readDefinition('sequence'), { [LOCAL.sequence.arn]: sequence })(
    {
      replay: REPLAY,
      generation: 1,
    },
  );
  const row = await deps.replays.get(REPLAY);
  if (row?.phase !== 'DONE') throw new Error(`The replay is ${row?.phase}: ${row?.reason}`);

  const { writeUnits, readUnits } = dynamodb.sum();
  const retentionMonths = world.settings.retentionMs / DAY_MS / DAYS_PER_MONTH;
  const storedBytes =
    (dynamodb.counters.get(`PutItem ${tables.eventBuffer}`)?.putBytes ?? 0) +
    events.length * STORAGE_OVERHEAD_BYTES;
  return {
    events: events.length,
    used: usage({
      expressRequests: events.length,
      expressGbSeconds: counted.expressGbSeconds,
      standardTransitions: entered,
      lambdaRequests: counted.collectCalls + counted.sequenceCalls,
      lambdaGbSeconds: counted.lambdaGbSeconds,
      writeUnits,
      readUnits,
      storageGbMonths: (storedBytes / 1024 ** 3) * retentionMonths,
      sqsRequests: world.queues.calls.length,
    }),
    transitions: entered,
    writeUnits: {
      buffer: dynamodb.counters.get(`PutItem ${tables.eventBuffer}`)?.writeUnits ?? 0,
      lanes: dynamodb.counters.get(`UpdateItem ${tables.orderedEvents}`)?.writeUnits ?? 0,
    },
    cpuMs,
    billedMs,
    wallMs,
  };
}

type JsonEvent = Measurement['events'][number];
type Cpu = { cpuMs: number; wallMs: number };

/** As deployed: `memorySize` of each function in serverless.yml. */
export async function memorySizes(): Promise<{ collect: number; sequence: number }> {
  const text = await readFile(path.join(__dirname, '../serverless.yml'), 'utf8');
  const sizeOf = (name: string) => {
    const found = new RegExp(`handler: functions/${name}\\.handler[\\s\\S]*?memorySize: (\\d+)`).exec(
      text,
    )?.[1];
    if (!found) throw new Error(`serverless.yml has no memorySize of ${name}`);
    return Number(found);
  };
  return { collect: sizeOf('collect'), sequence: sizeOf('sequence') };
}
