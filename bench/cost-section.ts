import { type ColdStart, coldStartTable } from './cold-start';
import type { CostScale } from './cost';
import { EXPRESS_BILLED_MS, type Item, PRICES, PRICES_READ } from './prices';
import { figure, type Section, type Target } from './section';
import { combine, cost, expressGbSeconds, total, type Usage, usage } from './usage';

const MILLION = 1e6;
export const SIZES = { '300 B': 300, '1 KB': 1_024, '8 KB': 8_192 } as const;
const LIMITS: Partial<Record<keyof typeof SIZES, number>> = { '300 B': 2.3, '1 KB': 2.6 };
/** https://github.com/mhlabs/evb-cli#pricing, read in November 2026. */
const EVB_TRANSITIONS = 5;
const TIMES_CHEAPER = 40;

/** What a million events of one size use. */
export interface SizeRow {
  size: keyof typeof SIZES;
  ours: Usage;
  table: Usage;
  bus: Usage;
}

export interface Costs {
  perMillion: SizeRow[];
  variants: { what: string; used: Usage }[];
  coldStart: ColdStart;
}

/** What a usage costs, as text. */
export const usd = (used: Usage) => figure(total(used));

/** Five transitions an event, and no more counted. */
export const evbCli = () => usage({ standardTransitions: EVB_TRANSITIONS * MILLION });

/** Were the start of an execution a transition too: AWS does not say. */
export const withStart = (used: Usage) =>
  combine(used, usage({ standardTransitions: MILLION }), (states, starts) => states + starts);

/** The least that an Express execution, a call of `collect` and a write for each event can cost. */
export function floorUsd(): number {
  return total(
    usage({
      expressRequests: MILLION,
      expressGbSeconds: MILLION * expressGbSeconds(EXPRESS_BILLED_MS, 0, 0),
      lambdaRequests: MILLION,
      writeUnits: MILLION,
    }),
  );
}

/** How near the floor of the design we are: what no way to write collect and release could save. */
function floorNote(rows: SizeRow[]): string {
  const floor = floorUsd();
  const reached = rows
    .filter(({ size }) => size in LIMITS)
    .map(({ size, ours, table }) => {
      const times = (used: number) => figure(total(table) / used, 0);
      return `${figure((total(ours) / floor - 1) * 100, 0)}% above it at ${size}, where it is itself ${times(floor)} times below`;
    });
  return `The floor: one Express execution of the shortest billed duration, one Lambda request and one write unit an event are ${figure(floor)} USD. We are ${reached.join(', and ')} one execution per event. Only a design without an Express execution for each event could go under it: rule to queue to function would, in batches; its seal would then rest on the approximate depth of a queue for every event, and not for the few that take the side road.`;
}

function targetsOf(rows: SizeRow[]): Target[] {
  const evb = evbCli();
  return rows.flatMap(({ size: name, ours, table }) => {
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
}

/** The results for people: tables, targets, and how near the floor they are. */
export function costSection(costs: Costs, size: CostScale): Section {
  const { perMillion: rows, variants, coldStart } = costs;
  const evb = evbCli();
  const items = (Object.keys(PRICES) as Item[]).filter((item) => rows.some(({ ours }) => ours[item] > 0));
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
      coldStartTable(coldStart),
    ],
    notes: [
      `Prices of us-east-1 read ${PRICES_READ} (bench/prices.ts), no free tiers. Events are orders (ids, names, prices), released with speed=max and groupCount 25 unless said.`,
      `Each figure is the difference between replays of ${size.large} and ${size.small} events, times a million, plus what a replay costs once; median of ${size.rounds} rounds, ${size.variantRounds} of the other replays.`,
      'Write and read units are those that dynalite computes from item sizes; transitions are the states entered by the deployed definitions. In brackets: with the start of an execution counted as one more transition, which AWS does not say.',
      'Durations of functions: the processor time measured here, stretched to the share that 256 MB get (1,769 MB are one core), plus 5 ms for each DynamoDB request. Those 5 ms, and 30 ms of Step Functions in an Express execution, are assumed.',
      floorNote(rows),
      'Not counted in the tables but the last: cold starts. Nowhere: logs, metrics and alarms, the consumer, duplicates, retries, the side road, data transfer.',
    ],
    targets: targetsOf(rows),
    data: costs,
  };
}
