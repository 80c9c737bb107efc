import { deviations, deviationsAfterStart, type OrderRun, shareOutOfOrder } from './order-log';
import { DESIGNS, type Design, KEYS, type OrderScale, type Plan, type Runs, runPlans } from './order-rounds';
import { figure, percent, type Section } from './section';
import { median, type Spread, spread } from './statistics';

export const ORDER_SCALE: OrderScale = {
  rates: [1, 5, 50],
  speeds: [1, 10],
  playbackSeconds: 6,
  leastEvents: 30,
  rounds: 3,
};

export interface Cell {
  perSecond: number;
  speed: number;
  events: number;
  outOfOrder: Record<Design | 'arrived', number>;
  /** The worst round. */
  worst: Record<Design, number>;
  /** How far from due, in either direction, milliseconds. */
  pace: Record<Design, Spread>;
  /** Of ours, without the events that are due at the start. */
  afterStart: Spread;
}

export interface OrderSection extends Section {
  cells: Cell[];
  /** One round of this plan is for the picture. */
  shown: Plan;
  sample: Record<Design, OrderRun>;
}

/** Share of events out of order when they reach the consumer, ours and both baselines, on the same replays. */
export async function measureOrder(scale: OrderScale = ORDER_SCALE): Promise<OrderSection> {
  const plans: Plan[] = scale.speeds.flatMap((speed) =>
    scale.rates.map((perSecond) => {
      const events = Math.max(scale.leastEvents, Math.round(perSecond * speed * scale.playbackSeconds));
      return { perSecond, speed, events };
    }),
  );
  const measured = await runPlans(plans, scale);
  const runsOf = (plan: Plan) => measured.get(plan) as Runs;
  const cells = plans.map((plan) => toCell(plan, runsOf(plan)));
  const shown = plans.findLast(({ perSecond }) => perSecond === 5) ?? (plans.at(-1) as Plan);
  const sample = ofEach((key) => runsOf(shown)[key][0] as OrderRun);
  return { ...toSection(cells, scale), cells, shown, sample };
}

const ofEach = <T>(measure: (key: Design) => T) =>
  Object.fromEntries(KEYS.map((key) => [key, measure(key)])) as Record<Design, T>;

function toCell({ perSecond, speed, events }: Plan, runs: Runs): Cell {
  const shares = (key: Design) => runs[key].map((run) => shareOutOfOrder(run.delivered));
  const off = (some: OrderRun[]) => some.flatMap((run) => deviations(run, speed)).map(Math.abs);
  return {
    perSecond,
    speed,
    events,
    outOfOrder: {
      arrived: median(runs.ours.map((run) => shareOutOfOrder(run.arrived))),
      ...ofEach((key) => median(shares(key))),
    },
    worst: ofEach((key) => Math.max(...shares(key))),
    pace: ofEach((key) => spread(off(runs[key]))),
    afterStart: spread(runs.ours.flatMap((run) => deviationsAfterStart(run, speed)).map(Math.abs)),
  };
}

function toSection(cells: Cell[], { playbackSeconds, leastEvents, rounds }: OrderScale): Section {
  const pace = ({ p50, p99, max }: Spread) => [p50, p99, max].map((ms) => figure(ms, 0)).join(' / ');
  return {
    title: 'Order',
    tables: [
      {
        caption: 'Share of events out of order: those that came after one which happened later',
        head: [
          'events a second',
          'speed',
          'events',
          'as they arrive',
          ...KEYS.map((key) => DESIGNS[key].title),
        ],
        rows: cells.map(({ perSecond, speed, events, outOfOrder }) => [
          String(perSecond),
          String(speed),
          String(events),
          percent(outOfOrder.arrived),
          ...KEYS.map((key) => percent(outOfOrder[key])),
        ]),
      },
      {
        caption: 'At the consumer: milliseconds from the due time, early or late, p50 / p99 / max',
        head: [
          'events a second',
          'speed',
          DESIGNS.ours.title,
          'the same, after the first moment',
          DESIGNS.table.title,
          DESIGNS.bus.title,
        ],
        rows: cells.map((cell) => [
          String(cell.perSecond),
          String(cell.speed),
          pace(cell.pace.ours),
          pace(cell.afterStart),
          pace(cell.pace.table),
          pace(cell.pace.bus),
        ]),
      },
    ],
    notes: [
      `Medians of ${rounds} rounds of ${playbackSeconds} s playback each (at 1 a second ${leastEvents} s, for ${leastEvents} events), on the local runtime; the same events, scrambled by the same seeds. Runs of slow cells go side by side; the others are apart, but for the waits of ours before the seal.`,
      'The replay is as gentle as AWS documents: minute by minute, in no order within a minute; no duplicates, delays or throttling. Executions start with no other jitter than that of one Node.js process, and the local stream is one shard, in the order of the writes. On AWS none of this is better; ours does not depend on it.',
      'The slowest events of ours are those that are due at the start: its moment is written when the set is closed, and the row, the first page of each of 8 buckets and the first connection come after it. Several runtimes that begin side by side in one process wait for each other there. *After the first moment* leaves those events out. The baselines’ clock begins when all executions are started.',
      'What orders events within a second is a number in `detail.sequence`: our tiebreaker. The baselines have no place for one.',
    ],
    targets: [
      {
        what: 'order',
        target: 'ours 0 in every cell',
        measured: `worst round of any cell: ${percent(Math.max(...cells.map(({ worst }) => worst.ours)))}`,
        met: cells.every(({ worst }) => worst.ours === 0),
      },
    ],
    data: cells,
  };
}
