import { createSequenceHandler } from '../../../functions/sequence';
import { systemClock } from '../../../functions/system-clock';
import { silentTelemetry } from '../../../functions/telemetry';
import { dynamoEventBuffer } from '../../../src/aws/event-buffer';
import { dynamoLanes } from '../../../src/aws/lanes';
import type { Lanes, Replays } from '../../../src/core/ports';
import { DEFAULT_OPTIONS } from '../../../src/core/replay/options';
import type { ReplayRow } from '../../../src/core/replay/row';
import { DEFAULT_SETTINGS } from '../../../src/core/settings';
import { createClients } from '../../../src/local/clients';
import type { SealedSet } from './sealed-set';

/**
 * One release in a process that has what Lambda gives a function of 256 MB: the handler, the core and the adapters are
 * the real ones, and so is the SDK. Prints as JSON what it took.
 *
 *     <endpoint> <set> peak    the largest resident set
 *     <endpoint> <set> held    the most that is left after a collection, which takes time and frees memory
 */

const LOOKS = 25;

/** Twice: buffers that a collection has found are freed beside the program, at the latest by the next one. */
const collect = (globalThis as unknown as { gc(): void }).gc;

async function release(endpoint: string, set: SealedSet, mode: 'peak' | 'held') {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const clients = createClients({ endpoint, region: 'us-east-1', credentials });
  const client = clients.dynamodb;
  const lanes = dynamoLanes({ client, table: 'OrderedEvents' });
  let released = 0;
  let nextLook = 0;
  let heldBytes = 0;
  const watched: Lanes = {
    async append(lane, events, expiresAtMs) {
      if (mode === 'held' && released >= nextLook) {
        nextLook += set.events / LOOKS;
        collect();
        collect();
        const { heapUsed, external } = process.memoryUsage();
        heldBytes = Math.max(heldBytes, heapUsed + external);
      }
      const outcome = await lanes.append(lane, events, expiresAtMs);
      released += events.length;
      return outcome;
    },
  };
  const nowMs = Date.now();
  let row: ReplayRow = {
    replay: set.replay,
    phase: 'RELEASING',
    generation: 1,
    buckets: set.buckets,
    tiebreaker: '',
    options: { ...DEFAULT_OPTIONS, speed: 'max', orderingKey: 'detail.key' },
    createdAtMs: nowMs,
    releaseStartedAtMs: nowMs,
    collected: set.events,
    late: 0,
    expiresAtMs: nowMs + 1e9,
  };
  const unused = () => Promise.reject(new Error('only for release'));
  const replays: Replays = {
    get: async () => row,
    create: unused,
    addLate: unused,
    notEnded: unused,
    async save(_replay, changes) {
      row = { ...row, ...changes } as ReplayRow;
      return true;
    },
  };
  const handler = createSequenceHandler({
    clock: systemClock,
    buffer: dynamoEventBuffer({ client, table: 'EventBuffer' }),
    lanes: watched,
    replays,
    histories: { get: async () => undefined, put: async () => true },
    status: { describe: async () => undefined },
    queues: { depth: async () => 0 },
    settings: DEFAULT_SETTINGS,
    telemetry: silentTelemetry,
  });
  const state = { replay: set.replay, generation: 1 };
  const { action } = await handler(state, { getRemainingTimeInMillis: () => 300_000 });
  if (action !== 'done' || released !== set.events)
    throw new Error(`${action}: ${released} of ${set.events}`);
  clients.destroy();
  return { heldBytes, residentBytes: process.resourceUsage().maxRSS * 1_024, ms: Date.now() - nowMs };
}

const [endpoint = '', set = '', mode = ''] = process.argv.slice(2);
void release(endpoint, JSON.parse(set) as SealedSet, mode as 'peak' | 'held').then((result) =>
  console.log(JSON.stringify(result)),
);
