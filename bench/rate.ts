import { valueAt } from '../src/core/event/value-at-path';
import { EVENT_JSON, releaseInMemory } from './core-release';
import { costOfOurs } from './cost-runs';
import { startDynalite } from './dynalite';
import { makeEvents } from './events';
import { median, processorTime, repeated } from './measure';
import { figure, type Section, type Target, table } from './section';

const CORE_TARGET = 100_000;
const QUOTA_TARGET = 6_000;
const ORDERING_KEY = 'detail.customer';
const BUCKETS = 8;
const NEW_TABLE = 4_000;

export const RATE_SCALE = { coreEvents: 300_000, storeEvents: 2_000, rounds: 5 };

/** Write units that one event takes, as measured. */
interface EventUnits {
  buffer: number;
  lane: number;
}

/** A quota, and the events a second that it allows in us-east-1, us-west-2, eu-west-1 and in the smallest Regions. */
type Quota = [part: string, quota: string, formula: string, large: number, small: number];

/**
 * Read in November 2026. Collecting stops at the narrowest of the first three, into a new table at the fourth; the last
 * two are the baseline's.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html
 */
function quotasOf({ buffer }: EventUnits): Quota[] {
  const everywhere = (part: string, quota: string, formula: string, rate: number): Quota => [
    part,
    quota,
    formula,
    rate,
    rate,
  ];
  const invocations = 'invocations 18,750 / 750 a second; more is delayed, not lost';
  const writes = (count: string, what: string) => `${count} write units a second for ${what}`;
  const starts = '300 / 150 a second, after a burst of 1,300 / 800';
  const transitions = '5,000 / 800 a second, 3 an event';
  const units = 'write units an event';
  const inBuckets = (1_000 * BUCKETS) / buffer;
  return [
    ['rule → collect', invocations, 'invocations', 18_750, 750],
    everywhere('collect, Express executions', '6,000 starts a second in every Region', 'starts', 6_000),
    everywhere('buffer', writes('1,000', 'each of 8 buckets'), `1,000 × buckets / ${units}`, inBuckets),
    everywhere(
      'buffer, new',
      writes('4,000', 'a table that never had more'),
      `4,000 / ${units}`,
      NEW_TABLE / buffer,
    ),
    ['execution per event, Standard starts', starts, 'starts', 300, 150],
    ['execution per event, transitions', transitions, 'transitions / 3', 5_000 / 3, 800 / 3],
  ];
}

/** How many events a second: by quotas, and measured on one core. */
export async function measureRate({ coreEvents, storeEvents, rounds } = RATE_SCALE): Promise<Section> {
  const core = async (orderingKey?: string) => {
    const release = { events: coreEvents, ...(orderingKey && { orderingKey }) };
    // One more round first: the code is compiled as it runs.
    const times = await repeated(rounds + 1, () => processorTime(() => releaseInMemory(release)));
    return median(times.slice(1).map(({ micros }) => (coreEvents * 1e6) / micros));
  };
  const microsOf = async (work: () => unknown) => {
    const times = () => {
      for (let time = 0; time < coreEvents; time++) work();
    };
    times();
    return (await processorTime(times)).micros / coreEvents;
  };
  const oneLane = await core();
  const keyed = await core(ORDERING_KEY);
  const event = { json: EVENT_JSON, envelope: JSON.parse(EVENT_JSON) };
  const parsing = await microsOf(() => JSON.parse(EVENT_JSON));
  const finding = await microsOf(() => valueAt(ORDERING_KEY, event, 'exact'));
  const units = await unitsOf(storeEvents);
  const quotas = quotasOf(units);
  const collecting = quotas.slice(0, 3);
  const newRate = quotas[3]?.[3] as number;
  const quotaRate = Math.min(...collecting.map(([, , , large]) => large));
  const smallRate = Math.min(...collecting.map(([, , , , small]) => small));
  const measured: [string, number][] = [
    ['core release, stores in memory, one lane, by processor time', oneLane],
    [`core release, stores in memory, orderingKey=${ORDERING_KEY}, by processor time`, keyed],
  ];
  return {
    title: 'Rate',
    tables: [
      table('By quota: events of 1 KB a second, in the large Regions and in the smallest', quotas, {
        part: ([part]) => part,
        quota: ([, quota]) => quota,
        formula: ([, , formula]) => formula,
        large: ([, , , large]) => figure(large, 0),
        small: ([, , , , small]) => figure(small, 0),
      }),
      table('Measured here, events a second', measured, {
        part: ([part]) => part,
        'events a second': ([, rate]) => figure(rate, 0),
      }),
    ],
    notes: [
      `Write units an event, measured: ${figure(units.buffer)} in the buffer, ${figure(units.lane)} in the lane (25 events in an item). A quota that can be raised is taken as it is by default; the rate at which EventBridge replays is not published.`,
      `Core: ${figure(coreEvents, 0)} events, median of ${rounds} rounds after one to warm up.`,
      `An ordering key takes ${figure(1e6 / keyed - 1e6 / oneLane)} µs an event: ${figure(parsing)} to parse its ${figure(EVENT_JSON.length, 0)} bytes, which is Node.js's own work, ${figure(finding)} to find the value, the rest to sweep what was parsed and to name the lane.`,
      'Sources of the quotas: bench/rate.ts. A table takes twice as much as it ever had, within half an hour. No quota limits the release at these rates: how fast the function `sequence` is, *Release* says.',
    ],
    targets: [
      coreTarget('core release on one core', oneLane),
      coreTarget('the same with an ordering key', keyed),
      {
        what: 'collected by quota, large Regions',
        target: `≥ ${figure(QUOTA_TARGET, 0)} events/s, against 300`,
        measured: `${figure(quotaRate, 0)} events/s collected; ${figure(newRate, 0)} into a new table, ${figure(smallRate, 0)} in the smallest Regions, by rule invocations`,
        met: quotaRate >= QUOTA_TARGET,
      },
    ],
    data: {
      oneLane,
      keyed,
      parsing,
      finding,
      bufferUnits: units.buffer,
      laneUnits: units.lane,
      quotaRate,
      newRate,
    },
  };
}

function coreTarget(what: string, rate: number): Target {
  const target = `≥ ${figure(CORE_TARGET, 0)} events/s`;
  return { what, target, measured: `${figure(rate, 0)} events/s`, met: rate >= CORE_TARGET };
}

/** By the deployed code on dynalite. */
async function unitsOf(count: number): Promise<EventUnits> {
  const dynamodb = await startDynalite();
  try {
    const events = makeEvents({ count, bytes: EVENT_JSON.length, perSecond: 50 });
    const { writeUnits } = await costOfOurs(dynamodb, events, 'max');
    return { buffer: writeUnits.buffer / count, lane: writeUnits.lanes / count };
  } finally {
    dynamodb.stop();
  }
}
