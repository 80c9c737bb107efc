import { systemClock } from '../functions/system-clock';
import { valueAt } from '../src/core/event/value-at-path';
import { releaseInMemory } from './core-release';
import { costOfOurs } from './cost-ours';
import { startDynalite } from './dynalite';
import { makeEvents } from './events';
import { BASELINE, collectRate, OURS, type Quota } from './quotas';
import { figure, type Section, type Target } from './section';
import { median } from './statistics';

const CORE_TARGET = 100_000;
const QUOTA_TARGET = 6_000;
const EVENT_BYTES = 1_024;
const ORDERING_KEY = 'detail.customer';

export interface RateScale {
  coreEvents: number;
  storeEvents: number;
  rounds: number;
}

export const RATE_SCALE: RateScale = { coreEvents: 300_000, storeEvents: 2_000, rounds: 5 };

/** How many events a second: by quotas, and measured on one core. */
export async function measureRate({
  coreEvents,
  storeEvents,
  rounds,
}: RateScale = RATE_SCALE): Promise<Section> {
  const [event] = makeEvents({ count: 1, bytes: EVENT_BYTES, perSecond: 1 });
  const json = JSON.stringify(event);
  const core = async (orderingKey?: string) => {
    const rates: number[] = [];
    // One more round first: the code is compiled as it runs.
    for (let round = 0; round <= rounds; round++) {
      const before = process.cpuUsage();
      const run = { events: coreEvents, perSecond: 50, json, speed: 'max', clock: systemClock };
      await releaseInMemory({ ...run, ...(orderingKey && { orderingKey }) });
      const { user, system } = process.cpuUsage(before);
      if (round > 0) rates.push(coreEvents / ((user + system) / 1e6));
    }
    return median(rates);
  };
  const oneLane = await core();
  const keyed = await core(ORDERING_KEY);
  const keyMicros = 1e6 / keyed - 1e6 / oneLane;
  const parsing = microsOf(() => JSON.parse(json), coreEvents);
  const finding = microsOf(() => valueAt(ORDERING_KEY, event), coreEvents);
  const stores = await measureStores(storeEvents);
  const units = { buffer: stores.bufferUnits, lane: stores.laneUnits, buckets: 8 };
  return {
    title: 'Rate',
    tables: [
      {
        caption: 'By quota: events of 1 KB a second, in the large Regions and in the smallest',
        head: ['part', 'quota', 'formula', 'large', 'small'],
        rows: [...OURS, ...BASELINE].map((quota) => quotaRow(quota, units)),
      },
      {
        caption: 'Measured here, events a second',
        head: ['part', 'events a second'],
        rows: [
          ['core release, stores in memory, one lane, by processor time', figure(oneLane, 0)],
          [
            `core release, stores in memory, orderingKey=${ORDERING_KEY}, by processor time`,
            figure(keyed, 0),
          ],
          ['collect through dynalite, one at a time, by the wall clock', figure(stores.collectPerSecond, 0)],
          ['release through dynalite, one lane, by the wall clock', figure(stores.releasePerSecond, 0)],
        ],
      },
    ],
    notes: [
      `Write units an event, measured: ${figure(units.buffer)} in the buffer, ${figure(units.lane)} in the lane (25 events in an item). A quota that can be raised is taken as it is by default; the rate at which EventBridge replays is not published.`,
      `Core: ${figure(coreEvents, 0)} events, median of ${rounds} rounds after one to warm up. dynalite is a development tool in a process of its own: what goes through it says what one connection can do here, not what DynamoDB can.`,
      `An ordering key takes ${figure(keyMicros)} µs an event: ${figure(parsing)} to parse its ${figure(EVENT_BYTES, 0)} bytes, which is Node.js's own work, ${figure(finding)} to find the value, the rest to sweep what was parsed and to name the lane.`,
      'Sources of the quotas: bench/quotas.ts. A new table begins with less than 40,000 write units a second and grows with use.',
    ],
    targets: [
      coreTarget('core release on one core', oneLane),
      coreTarget('the same with an ordering key', keyed),
      {
        what: 'rate by quota, large Regions',
        target: `≥ ${figure(QUOTA_TARGET, 0)} events/s, against 300`,
        measured: `${figure(collectRate(units), 0)} events/s collected (in the smallest Regions ${figure(collectRate(units, 'small'), 0)}, by rule invocations); released in one lane ${figure(1_000 / units.lane, 0)}, in many ${figure(40_000 / units.lane, 0)}`,
        met: collectRate(units) >= QUOTA_TARGET,
      },
    ],
    data: { oneLane, keyed, parsing, finding, ...stores, quotaRate: collectRate(units) },
  };
}

function coreTarget(what: string, rate: number): Target {
  return {
    what,
    target: `≥ ${figure(CORE_TARGET, 0)} events/s`,
    measured: `${figure(rate, 0)} events/s`,
    met: rate >= CORE_TARGET,
  };
}

function microsOf(work: () => unknown, times: number): number {
  // Once to compile it.
  for (let time = 0; time < times; time++) work();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

async function measureStores(count: number) {
  const dynamodb = await startDynalite();
  try {
    const events = makeEvents({ count, bytes: EVENT_BYTES, perSecond: 50 });
    await costOfOurs(dynamodb, { events: events.slice(0, Math.ceil(count / 10)), speed: 'max' });
    const { writeUnits, wallMs } = await costOfOurs(dynamodb, { events, speed: 'max' });
    return {
      bufferUnits: (writeUnits.buffer ?? 0) / count,
      laneUnits: (writeUnits.lanes ?? 0) / count,
      collectPerSecond: count / ((wallMs.collect ?? 0) / 1_000),
      releasePerSecond: count / ((wallMs.sequence ?? 0) / 1_000),
    };
  } finally {
    dynamodb.stop();
  }
}

function quotaRow({ part, quota, formula, rate }: Quota, units: Parameters<Quota['rate']>[0]): string[] {
  const [large, small] = rate(units);
  return [part, quota, formula, figure(large, 0), figure(small, 0)];
}
