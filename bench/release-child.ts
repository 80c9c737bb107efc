import { once } from 'node:events';
import { DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { createSequenceHandler } from '../functions/sequence';
import { systemClock } from '../functions/system-clock';
import { powertoolsTelemetry } from '../functions/telemetry';
import { clientConfig } from '../src/aws/clients';
import { writeOrFind } from '../src/aws/conditional-write';
import { dynamoEventBuffer } from '../src/aws/event-buffer';
import { dynamoHistories } from '../src/aws/histories';
import { dynamoLanes } from '../src/aws/lanes';
import { dynamoReplays } from '../src/aws/replays';
import { DAY_MS } from '../src/core/limits';
import { DEFAULT_OPTIONS } from '../src/core/replay/options';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import { createTables } from '../src/local/tables';

/**
 * The function `sequence` in a process that has what Lambda gives it, against the store of `release-store.ts`: releases
 * a replay to get warm, says so, waits for a word, then releases another and says what that took.
 */

export interface ReleaseOptions {
  replay: string;
  endpoint: string;
  requests: 'fast' | 'sdk';
  orderingKey: string;
  warmUpMs: number;
  measuredMs: number;
}

export interface Released {
  ms: number;
  cpuMicros: number;
  residentBytes: number;
}

const TABLES = { eventBuffer: 'EventBuffer', replays: 'Replays', orderedEvents: 'OrderedEvents' };
const MORE_THAN_RELEASED = 1e12;
const CALL_MS = 300_000;

async function main({
  replay,
  endpoint,
  requests,
  orderingKey,
  warmUpMs,
  measuredMs,
}: ReleaseOptions): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'x'.repeat(800) };
  const client = new DynamoDBClient({ ...clientConfig(), endpoint, region: 'us-east-1', credentials });
  await createTables(client, TABLES);
  const replays = dynamoReplays({ client, table: TABLES.replays });
  const onlyForRelease = () => Promise.reject(new Error('only for release'));
  const handler = createSequenceHandler({
    clock: systemClock,
    settings: DEFAULT_SETTINGS,
    telemetry: powertoolsTelemetry(),
    replays,
    histories: dynamoHistories({ client, table: TABLES.replays }),
    buffer: dynamoEventBuffer({
      client,
      table: TABLES.eventBuffer,
      ...(requests === 'sdk' && { query: (input) => client.send(new QueryCommand(input)) }),
    }),
    lanes: dynamoLanes({
      client,
      table: TABLES.orderedEvents,
      ...(requests === 'sdk' && { update: (input) => writeOrFind(client, new UpdateItemCommand(input)) }),
    }),
    status: { describe: onlyForRelease },
    queues: { depth: onlyForRelease },
  });

  async function releaseFor(name: string, durationMs: number): Promise<Released> {
    const nowMs = Date.now();
    const options = { ...DEFAULT_OPTIONS, speed: 'max', orderingKey };
    const opened = { createdAtMs: nowMs, releaseStartedAtMs: nowMs, expiresAtMs: nowMs + DAY_MS };
    await replays.create({
      replay: name,
      phase: 'RELEASING',
      generation: 1,
      buckets: DEFAULT_SETTINGS.buckets,
      tiebreaker: '',
      tiebreakerType: 'auto',
      options,
      collected: MORE_THAN_RELEASED,
      late: 0,
      ...opened,
    });
    const startMs = performance.now();
    const cpuBefore = process.cpuUsage();
    const left = () => (performance.now() - startMs < durationMs ? CALL_MS : 0);
    const { action } = await handler({ replay: name, generation: 1 }, { getRemainingTimeInMillis: left });
    if (action !== 'continue') throw new Error(`The release answers ${action}.`);
    const { user, system } = process.cpuUsage(cpuBefore);
    const residentBytes = process.resourceUsage().maxRSS * 1_024;
    return { ms: performance.now() - startMs, cpuMicros: user + system, residentBytes };
  }

  await releaseFor(`${replay}-warm-up`, warmUpMs);
  process.send?.('warm');
  await once(process, 'message');
  process.send?.(await releaseFor(replay, measuredMs), () => process.exit());
}

main(JSON.parse(process.argv[2] as string)).catch((error: Error) => {
  // Not with the line of bundled code that Node.js would show, which is the whole program.
  console.error(error.stack);
  process.exit(1);
});
