import type { BaselineKind } from './baseline';
import { importedBundles } from './bundles';
import { costOfBaseline, costOfOurs } from './cost-runs';
import { type MeteredDynamoDb, startDynalite } from './dynalite';
import { type EventSetOptions, makeEvents } from './events';
import { type ColdStart, coldStartOf, memorySizes } from './lambda';
import { median, repeated } from './measure';
import {
  cost,
  evbCli,
  floorUsd,
  ITEMS,
  merge,
  PRICES,
  PRICES_READ,
  perMillion,
  type SizeRow,
  scale,
  total,
  type Usage,
  usd,
  withStart,
} from './prices';
import { figure, type Section, type Target, table } from './section';

const LIMITS_USD: Record<string, number> = { '300 B': 2.3, '1 KB': 2.6 };
const TIMES_CHEAPER = 40;

export const COST_SCALE = {
  /** Bytes of the events. */
  sizes: { '300 B': 300, '1 KB': 1_024, '8 KB': 8_192 } as Record<string, number>,
  /** Sizes of the replays whose difference is the cost of one event. */
  small: 500,
  large: 1_500,
  baselineEvents: 200,
  /** Only the processor time differs between them: what is counted is the same each time but for the seed's texts. */
  rounds: 3,
  /** Of the replays beside the main ones. */
  variantRounds: 1,
  /** Imports of the bundle in a process of its own. */
  coldStarts: 11,
};
type CostScale = typeof COST_SCALE;

/** The replays beside the main ones. */
const VARIANTS: Record<string, Replay> = {
  '1 KB, a detail that cannot be deflated': { bytes: 1_024, content: 'noise' },
  '1 KB, speed=1, 50 events a second': { bytes: 1_024, perSecond: 50, speed: '1' },
  '1 KB, speed=1, 1 event a second': { bytes: 1_024, perSecond: 1, speed: '1' },
};

interface Replay extends Pick<EventSetOptions, 'bytes' | 'content'> {
  perSecond?: number;
  speed?: string;
}

export interface Costs {
  perMillion: SizeRow[];
  variants: { what: string; used: Usage }[];
  coldStart: ColdStart;
}

/** Cost of a million events: what one event uses, times a million, and what the replay uses once. */
export async function measureCost(size: CostScale = COST_SCALE): Promise<Section> {
  const dynamodb = await startDynalite();
  try {
    const baseline = async (kind: BaselineKind, bytes: number) => {
      const events = makeEvents({ count: size.baselineEvents, bytes, perSecond: 5 });
      const { used } = await costOfBaseline(kind, dynamodb, events);
      return scale(used, 1e6 / events.length);
    };
    // The code is compiled as it runs: the first run would look slower than it is.
    await oursPerMillion(dynamodb, size, 1, { bytes: 300 });
    const sizes: SizeRow[] = [];
    for (const [name, bytes] of Object.entries(size.sizes)) {
      const ours = await oursPerMillion(dynamodb, size, size.rounds, { bytes });
      sizes.push({
        size: name,
        ours,
        table: await baseline('table', bytes),
        bus: await baseline('bus', bytes),
      });
    }
    const variants: Costs['variants'] = [];
    for (const [what, replay] of Object.entries(VARIANTS)) {
      variants.push({ what, used: await oursPerMillion(dynamodb, size, size.variantRounds, replay) });
    }
    const [{ bytes, importMs }] = await importedBundles(size.coldStarts, ['collect']);
    const coldStart = coldStartOf(bytes, importMs, (await memorySizes()).collect);
    return toSection({ perMillion: sizes, variants, coldStart }, size);
  } finally {
    dynamodb.stop();
  }
}

async function oursPerMillion(
  dynamodb: MeteredDynamoDb,
  { small, large }: CostScale,
  rounds: number,
  { bytes, content = 'orders', perSecond = 5, speed = 'max' }: Replay,
): Promise<Usage> {
  const results = await repeated(rounds, async (seed) => {
    const run = (count: number) =>
      costOfOurs(dynamodb, makeEvents({ count, bytes, perSecond, seed, content }), speed);
    return perMillion(await run(small), await run(large));
  });
  return merge(results, median);
}

function toSection(costs: Costs, size: CostScale): Section {
  const { perMillion: sizes, variants, coldStart } = costs;
  const both = (used: Usage) => `${usd(used)} (${usd(withStart(used))})`;
  const items = ITEMS.filter((item) => sizes.some(({ ours }) => ours[item] > 0));
  const unitsOf =
    ({ ours }: SizeRow) =>
    (item: keyof Usage | 'sum') =>
      item === 'sum'
        ? `**${usd(ours)}**`
        : `${figure(ours[item], ours[item] < 100 ? 2 : 0)} = ${figure(cost(ours)[item], 3)}`;
  return {
    title: 'Cost per million events',
    tables: [
      table(
        'USD per million events, beside what EventBridge itself takes for replaying them (1.00 USD)',
        sizes,
        {
          'an event of': (row) => row.size,
          'ordered-replay': ({ ours }) => usd(ours),
          'execution per event, table': (row) => both(row.table),
          'execution per event, bus': (row) => both(row.bus),
          "evb-cli's 5 transitions": () => usd(evbCli()),
        },
      ),
      table('Where it goes: units per million events, and their price in USD', [...items, 'sum' as const], {
        'an event of': (item) => (item === 'sum' ? '**sum**' : PRICES[item].unit),
        ...Object.fromEntries(sizes.map((row) => [row.size, unitsOf(row)])),
      }),
      table('Other replays, USD per million events', variants, {
        replay: ({ what }) => what,
        USD: ({ used }) => usd(used),
        'write units': ({ used }) => figure(used.writeUnits, 0),
        'GB-seconds of Lambda': ({ used }) => figure(used.lambdaGbSeconds, 0),
      }),
      coldStartTable(coldStart),
    ],
    notes: [
      `Prices of us-east-1 read ${PRICES_READ} (bench/prices.ts), no free tiers. Events are orders (ids, names, prices), released with speed=max and groupCount 25 unless said.`,
      `Each figure is the difference between replays of ${size.large} and ${size.small} events, times a million, plus what a replay costs once; median of ${size.rounds} rounds, ${size.variantRounds} of the other replays.`,
      'Write and read units are those that dynalite computes from item sizes; transitions are the states entered by the deployed definitions. In brackets: with the start of an execution counted as one more transition, which AWS does not say.',
      'Durations of functions: the processor time measured here, stretched to the share that 256 MB get (1,769 MB are one core), plus 5 ms for each DynamoDB request. Those 5 ms, and 30 ms of Step Functions in an Express execution, are assumed.',
      floorNote(sizes),
      'Not counted in the tables but the last: cold starts. Nowhere: logs, metrics and alarms, the consumer, duplicates, retries, the side road, data transfer.',
    ],
    targets: sizes.flatMap(targetsOf),
    data: costs,
  };
}

export function coldStartTable(cold: ColdStart) {
  return table(
    'Cold starts of `collect`, from its deployed bundle; what they add to a million events',
    [cold],
    {
      'bundle, KiB': ({ bytes }) => figure(bytes / 1_024, 0),
      'import here, ms': ({ importMs }) => figure(importMs, 1),
      [`billed at ${cold.memoryMb} MB, ms`]: ({ billedMs }) => figure(billedMs, 0),
      'USD each': ({ usdEach }) => figure(usdEach, 8),
      [`USD at ${cold.share * 100}% of calls`]: ({ usdPerMillion }) => figure(usdPerMillion, 3),
    },
  );
}

/** How near the floor of the design we are: what no way to write collect and release could save. */
function floorNote(sizes: SizeRow[]): string {
  const floor = floorUsd();
  const reached = sizes
    .filter(({ size }) => size in LIMITS_USD)
    .map(
      ({ size, ours, table: waits }) =>
        `${figure((total(ours) / floor - 1) * 100, 0)}% above it at ${size}, where it is itself ${figure(total(waits) / floor, 0)} times below`,
    );
  return `The floor: one Express execution of the shortest billed duration, one Lambda request and one write unit an event are ${figure(floor)} USD. We are ${reached.join(', and ')} one execution per event. Only a design without an Express execution for each event could go under it: rule to queue to function would, in batches; its seal would then rest on the approximate depth of a queue for every event, and not for the few that take the side road.`;
}

function targetsOf({ size, ours, table: waits }: SizeRow): Target[] {
  const limit = LIMITS_USD[size];
  if (!limit) return [];
  const times = (used: Usage) => total(used) / total(ours);
  return [
    {
      what: `cost per million events of ${size}`,
      target: `≤ ${figure(limit)} USD`,
      measured: `${usd(ours)} USD`,
      met: total(ours) <= limit,
    },
    {
      what: `below one execution per event, ${size}`,
      target: `≥ ${TIMES_CHEAPER} times`,
      measured: `${figure(times(waits), 0)} times; ${figure(times(withStart(waits)), 0)} if the start of an execution is a transition too; ${figure(times(evbCli()), 0)} below evb-cli's five transitions`,
      met: times(waits) >= TIMES_CHEAPER,
    },
  ];
}
