import { CreateTableCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../src/core/json';
import { DAY_MS } from '../src/core/limits';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import {
  type BaselineKind,
  COMPUTE_WAIT_ARN,
  COMPUTE_WAIT_MB,
  computeWait,
  PACED_TABLE,
  PUBLISH_RESOURCE,
  readBaseline,
  WRITE_RESOURCE,
} from './baseline/compute-wait';
import type { CostRun, Measurement } from './cost-run';
import type { MeteredDynamoDb } from './dynalite';
import { FIRST_EVENT_MS } from './events';
import { executionOf } from './execution';
import { itemBytes, STORAGE_OVERHEAD_BYTES } from './item-bytes';
import { gbSeconds, scaledCpuMs, withCpuMs } from './lambda-model';
import { DAYS_PER_MONTH } from './prices';
import { usage } from './usage';

/** EventBridge bills each 64 KB of an event as one. */
const BILLED_EVENT_BYTES = 64 * 1024;

/** The baseline on the same events: every execution runs, its waits take no time. */
export async function costOfBaseline(
  kind: BaselineKind,
  dynamodb: MeteredDynamoDb,
  { events }: Measurement,
): Promise<CostRun> {
  const client = dynamodb.clients.dynamodb;
  await createPacedTable(dynamodb);
  dynamodb.reset();
  const definition = await readBaseline(kind);
  let transitions = 0;
  let cpuMs = 0;
  let lambdaGbSeconds = 0;
  let storedBytes = 0;
  let customEvents = 0;
  const tasks = {
    [COMPUTE_WAIT_ARN]: async (event: JsonObject) => {
      const { result, cpuMs: cpu } = await withCpuMs(() => computeWait(event, FIRST_EVENT_MS, 1));
      cpuMs += cpu;
      lambdaGbSeconds += gbSeconds(scaledCpuMs(cpu, COMPUTE_WAIT_MB), COMPUTE_WAIT_MB);
      return result;
    },
    [WRITE_RESOURCE]: async (input: UpdateItemCommandInput) => {
      await client.send(new UpdateItemCommand(input));
      storedBytes +=
        STORAGE_OVERHEAD_BYTES +
        itemBytes({ ...input.Key, event: input.ExpressionAttributeValues?.[':event'] ?? { S: '' } });
      return {};
    },
    [PUBLISH_RESOURCE]: async (input: { Entries: { Detail: string }[] }) => {
      for (const { Detail } of input.Entries) customEvents += Math.ceil(Detail.length / BILLED_EVENT_BYTES);
      return {};
    },
  };
  const execute = executionOf(definition, tasks);
  for (const event of events) transitions += (await execute(event)).entered;
  const { writeUnits, readUnits } = dynamodb.sum();
  return {
    events: events.length,
    used: usage({
      standardTransitions: transitions,
      lambdaRequests: events.length,
      lambdaGbSeconds,
      writeUnits,
      readUnits,
      storageGbMonths: (storedBytes / 1024 ** 3) * (DEFAULT_SETTINGS.retentionMs / DAY_MS / DAYS_PER_MONTH),
      customEvents,
    }),
    transitions,
    writeUnits: { table: writeUnits },
    cpuMs: { computeWait: cpuMs },
    billedMs: {},
    wallMs: {},
  };
}

async function createPacedTable({ clients }: MeteredDynamoDb): Promise<void> {
  try {
    await clients.dynamodb.send(
      new CreateTableCommand({
        TableName: PACED_TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
  } catch (error) {
    if ((error as Error).name !== 'ResourceInUseException') throw error;
  }
}
