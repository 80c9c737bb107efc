import type { BaselineKind } from './baseline/compute-wait';
import { costOfBaseline } from './cost-baseline';
import { costOfOurs } from './cost-ours';
import type { CostRun } from './cost-run';
import { startDynalite } from './dynalite';
import { makeEvents } from './events';
import { EXPRESS_BILLED_MS, type Item, PRICES, PRICES_READ } from './prices';
import { figure, type Section, type Target } from './section';
import { median } from './statistics';
import { combine, cost, expressGbSeconds, marginal, scale, total, type Usage, usage } from './usage';

const MILLION = 1e6;
const SIZES = { '300 B': 300, '1 KB': 1_024, '8 KB': 8_192 } as const;
const LIMITS: Partial<Record<keyof typeof SIZES, number>> = { '300 B': 2.3, '1 KB': 2.6 };
/** https://github.com/mhlabs/evb-cli#pricing, read in November 2026. */
const EVB_TRANSITIONS = 5;
const TIMES_CHEAPER = 40;

export interface CostScale {
  /** Sizes of the replays whose difference is the cost of one event. */
  small: number;
  large: number;
  baselineEvents: number;
  /** Only the processor time differs between them: what is counted is the same each time but for the seed's texts. */
  rounds: number;
  /** Of the replays beside the main ones. */
  variantRounds: number;
}

export const COST_SCALE: CostScale = {
  small: 500,
  large: 1_500,
  baselineEvents: 200,
  rounds: 3,
  variantRounds: 1,
};

interface Row {
  what: string;
  used: Usage;
}

/** Cost of a million events: what one event uses, times a million, and what the replay uses once. */
export async function measureCost(size: CostScale = COST_SCALE): Promise<Section> {
  const dynamodb = await startDynalite();
  try {
    const ours = (options: OursOptions) => oursPerMillion(dynamodb, size, size.rounds, options);
    const variant = (options: OursOptions) => oursPerMillion(dynamodb, size, size.variantRounds, options);
    const baseline = async (kind: BaselineKind, bytes: number) => {
      const events = makeEvents({ count: size.baselineEvents, bytes, perSecond: 5 });
      const { used } = await costOfBaseline(kind, dynamodb, { events, speed: '1' });
      return scale(used, MILLION / events.length);
    };
    // The code is compiled as it runs: the first run would look slower than it is.
    await variant({ bytes: 300 });
    const rows: { size: keyof typeof SIZES; ours: Usage; table: Usage; bus: Usage }[] = [];
    for (const [name, bytes] of Object.entries(SIZES)) {
      rows.push({
        size: name as keyof typeof SIZES,
        ours: await ours({ bytes }),
        table: await baseline('table', bytes),
        bus: await baseline('bus', bytes),
      });
    }
    const variants: Row[] = [
      {
        what: '1 KB, a detail that cannot be deflated',
        used: await variant({ bytes: 1_024, content: 'noise' }),
      },
      {
        what: '1 KB, speed=1, 50 events a second',
        used: await variant({ bytes: 1_024, perSecond: 50, speed: '1' }),
      },
      {
        what: '1 KB, speed=1, 1 event a second',
        used: await variant({ bytes: 1_024, perSecond: 1, speed: '1' }),
      },
    ];
    return toSection(rows, variants, size);
  } finally {
    dynamodb.stop();
  }
}

/** How near the floor of the design we are: what no way to write collect and release could save. */
function floorOf(rows: { size: keyof typeof SIZES; ours: Usage; table: Usage }[]): string {
  const floor = total(
    usage({
      expressRequests: MILLION,
      expressGbSeconds: MILLION * expressGbSeconds(EXPRESS_BILLED_MS, 0, 0),
      lambdaRequests: MILLION,
      writeUnits: MILLION,
    }),
  );
  const reached = rows
    .filter(({ size }) => size in LIMITS)
    .map(({ size, ours, table }) => {
      const times = (used: number) => figure(total(table) / used, 0);
      return `${figure((total(ours) / floor - 1) * 100, 0)}% above it at ${size}, where it is itself ${times(floor)} times below`;
    });
  return `The floor: one Express execution of the shortest billed duration, one Lambda request and one write unit an event are ${figure(floor)} USD. We are ${reached.join(', and ')} one execution per event. Only a design without an Express execution for each event could go under it: rule to queue to function would, in batches; its seal would then rest on the approximate depth of a queue for every event, and not for the few that take the side road.`;
}

interface OursOptions {
  bytes: number;
  content?: 'orders' | 'noise';
  perSecond?: number;
  speed?: string;
}

async function oursPerMillion(
  dynamodb: Awaited<ReturnType<typeof startDynalite>>,
  { small, large }: CostScale,
  rounds: number,
  { bytes, content = 'orders', perSecond = 5, speed = 'max' }: OursOptions,
): Promise<Usage> {
  const results: Usage[] = [];
  for (let round = 1; round <= rounds; round++) {
    const run = (count: number): Promise<CostRun> =>
      costOfOurs(dynamodb, { events: makeEvents({ count, bytes, perSecond, seed: round, content }), speed });
    const { perEvent, perReplay } = marginal(await run(small), await run(large));
    results.push(combine(scale(perEvent, MILLION), perReplay, (events, once) => events + once));
  }
  const items = Object.keys(PRICES) as Item[];
  return usage(Object.fromEntries(items.map((item) => [item, median(results.map((each) => each[item]))])));
}

function toSection(
  rows: { size: keyof typeof SIZES; ours: Usage; table: Usage; bus: Usage }[],
  variants: Row[],
  size: CostScale,
): Section {
  const usd = (used: Usage) => figure(total(used));
  const evb = usage({ standardTransitions: EVB_TRANSITIONS * MILLION });
  const withStart = (used: Usage) =>
    combine(used, usage({ standardTransitions: MILLION }), (states, starts) => states + starts);
  const items = (Object.keys(PRICES) as Item[]).filter((item) => rows.some(({ ours }) => ours[item] > 0));
  const targets: Target[] = rows.flatMap(({ size: name, ours, table }) => {
    const limit = LIMITS[name];
    const times = total(table) / total(ours);
    if (!limit) return [];
    return [
      {
        what: `cost per million events of ${name}`,
        target: `≤ ${figure(limit)} USD`,
        measured: `${usd(ours)} USD`,
        met: total(ours) <= limit,
      },
      {
        what: `below one execution per event, ${name}`,
        target: `≥ ${TIMES_CHEAPER} times`,
        measured: `${figure(times, 0)} times; ${figure(total(withStart(table)) / total(ours), 0)} if the start of an execution is a transition too; ${figure(total(evb) / total(ours), 0)} below evb-cli's five transitions`,
        met: times >= TIMES_CHEAPER,
      },
    ];
  });
  return {
    title: 'Cost per million events',
    tables: [
      {
        caption: 'USD per million events, beside what EventBridge itself takes for replaying them (1.00 USD)',
        head: [
          'event',
          'ordered-replay',
          'execution per event, table',
          'execution per event, bus',
          "evb-cli's 5 transitions",
        ],
        rows: rows.map(({ size: name, ours, table, bus }) => [
          name,
          usd(ours),
          `${usd(table)} (${usd(withStart(table))})`,
          `${usd(bus)} (${usd(withStart(bus))})`,
          usd(evb),
        ]),
      },
      {
        caption: 'Where it goes: units per million events, and their price in USD',
        head: ['', ...rows.map(({ size: name }) => name)],
        rows: items.map((item) => [
          PRICES[item].unit,
          ...rows.map(
            ({ ours }) => `${figure(ours[item], ours[item] < 100 ? 2 : 0)} = ${figure(cost(ours)[item], 3)}`,
          ),
        ]),
      },
      {
        caption: 'Other replays, USD per million events',
        head: ['replay', 'USD', 'write units', 'GB-seconds of Lambda'],
        rows: variants.map(({ what, used }) => [
          what,
          usd(used),
          figure(used.writeUnits, 0),
          figure(used.lambdaGbSeconds, 0),
        ]),
      },
    ],
    notes: [
      `Prices of us-east-1 read ${PRICES_READ} (bench/prices.ts), no free tiers. Events are orders (ids, names, prices), released with speed=max and groupCount 25 unless said.`,
      `Each figure is the difference between replays of ${size.large} and ${size.small} events, times a million, plus what a replay costs once; median of ${size.rounds} rounds, ${size.variantRounds} of the other replays.`,
      'Write and read units are those that dynalite computes from item sizes; transitions are the states entered by the deployed definitions. In brackets: with the start of an execution counted as one more transition, which AWS does not say.',
      'Durations of functions: the processor time measured here, stretched to the share that 256 MB get (1,769 MB are one core), plus 5 ms for each DynamoDB request. Those 5 ms, and 30 ms of Step Functions in an Express execution, are assumed.',
      floorOf(rows),
      'Not counted: cold starts, logs, metrics and alarms, the consumer, duplicates, retries, the side road, data transfer.',
    ],
    targets,
    data: { perMillion: rows, variants },
  };
}
