import type { Settings } from '../src/core/settings';
import { makeEvents } from './events';
import { median, repeated, type Spread, spread } from './measure';
import { type Design, deviations, type OrderRun, runDesign, shareOutOfOrder } from './order-runs';
import { figures, percent, type Section, table } from './section';

const DESIGNS: Record<Design, string> = {
  ours: 'ordered-replay',
  table: 'execution per event, table',
};
const KEYS = Object.keys(DESIGNS) as Design[];
const EVENT_BYTES = 600;
/** Rounds go side by side while they deliver no more than this together, so as not to disturb each other. */
const SIDE_BY_SIDE_PER_SECOND = 50;

export const ORDER_SCALE = {
  rates: [1, 5, 50],
  speeds: [1, 10],
  /** How long each playback takes, unless that makes too few events. */
  playbackSeconds: 6,
  leastEvents: 30,
  rounds: 3,
  /** Several runtimes share one process: a collector that takes long is not to be given up, and settle follows. */
  settings: { maximumEventAgeMs: 5_000, collectExecutionMs: 12_500, collectTimeoutMs: 4_000 },
};
interface OrderScale extends Omit<typeof ORDER_SCALE, 'settings'> {
  settings: Partial<Settings>;
}

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
  data: Cell[];
  /** One round of each design, of the cell that the picture shows. */
  shown: { cell: Cell; runs: Record<Design, OrderRun> };
}

/** Share of events out of order when they reach the consumer, ours and the baseline's, on the same replays. */
export async function measureOrder(scale: OrderScale = ORDER_SCALE): Promise<OrderSection> {
  const cells: Cell[] = [];
  let shown: OrderSection['shown'] | undefined;
  for (const speed of scale.speeds) {
    for (const perSecond of scale.rates) {
      const events = Math.max(scale.leastEvents, Math.round(perSecond * speed * scale.playbackSeconds));
      const runs = {} as Record<Design, OrderRun[]>;
      for (const key of KEYS) runs[key] = await runRounds(key, { perSecond, speed, events }, scale);
      const cell = toCell({ perSecond, speed, events }, runs);
      cells.push(cell);
      if (perSecond === 5 || !shown) shown = { cell, runs: ofEach((key) => runs[key][0] as OrderRun) };
    }
  }
  return toSection(cells, scale, shown as OrderSection['shown']);
}

type Plan = Pick<Cell, 'perSecond' | 'speed' | 'events'>;

/** All rounds of a design: side by side if they are slow, else one after the other. */
async function runRounds(
  design: Design,
  { perSecond, speed, events }: Plan,
  { rounds, settings }: OrderScale,
): Promise<OrderRun[]> {
  const run = (seed: number) => {
    const set = makeEvents({ count: events, bytes: EVENT_BYTES, perSecond, seed });
    return runDesign(design, set, { speed, seed, settings });
  };
  if (perSecond * speed * rounds > SIDE_BY_SIDE_PER_SECOND) return repeated(rounds, run);
  return Promise.all(Array.from({ length: rounds }, (_, index) => run(index + 1)));
}

const ofEach = <T>(measure: (key: Design) => T) =>
  Object.fromEntries(KEYS.map((key) => [key, measure(key)])) as Record<Design, T>;

function toCell(plan: Plan, runs: Record<Design, OrderRun[]>): Cell {
  const shares = ofEach((key) => runs[key].map(({ delivered }) => shareOutOfOrder(delivered)));
  const off = (key: Design, which: 'all' | 'afterStart') =>
    spread(runs[key].flatMap((run) => deviations(run, plan.speed, which)).map(Math.abs));
  return {
    ...plan,
    outOfOrder: {
      arrived: median(runs.ours.map(({ arrived }) => shareOutOfOrder(arrived))),
      ...ofEach((key) => median(shares[key])),
    },
    worst: ofEach((key) => Math.max(...shares[key])),
    pace: ofEach((key) => off(key, 'all')),
    afterStart: off('ours', 'afterStart'),
  };
}

function toSection(cells: Cell[], scale: OrderScale, shown: OrderSection['shown']): OrderSection {
  const { playbackSeconds, leastEvents, rounds } = scale;
  const pace = ({ p50, p99, max }: Spread) => figures([p50, p99, max], 0);
  const cell = {
    'events a second': ({ perSecond }: Cell) => perSecond,
    speed: ({ speed }: Cell) => speed,
  };
  const worst = Math.max(...cells.map((each) => each.worst.ours));
  return {
    title: 'Order',
    tables: [
      table('Share of events out of order: those that came after one which happened later', cells, {
        ...cell,
        events: ({ events }) => events,
        'as they arrive': ({ outOfOrder }) => percent(outOfOrder.arrived),
        ...Object.fromEntries(
          KEYS.map((key) => [DESIGNS[key], (each: Cell) => percent(each.outOfOrder[key])]),
        ),
      }),
      table('At the consumer: milliseconds from the due time, early or late, p50 / p99 / max', cells, {
        ...cell,
        [DESIGNS.ours]: (each) => pace(each.pace.ours),
        'the same, after the first moment': ({ afterStart }) => pace(afterStart),
        [DESIGNS.table]: (each) => pace(each.pace.table),
      }),
    ],
    notes: [
      `Medians of ${rounds} rounds of ${playbackSeconds} s playback each (at 1 a second ${leastEvents} s, for ${leastEvents} events), on the local runtime; the same events, scrambled by the same seeds. The rounds of a slow cell go side by side, those of the others one after the other.`,
      'The replay is as gentle as AWS documents: minute by minute, in no order within a minute; no duplicates, delays or throttling. Executions start with no other jitter than that of one Node.js process, and the local stream is one shard, in the order of the writes. On AWS none of this is better; ours does not depend on it.',
      'The slowest events of ours are those that are due at the start: its moment is written when the set is closed, and the row, the first page of each of 8 buckets and the first connection come after it. Several runtimes that begin side by side in one process wait for each other there. *After the first moment* leaves those events out. The baseline’s clock begins when all executions are started.',
      'What orders events within a second is a number in `detail.sequence`: our tiebreaker. The baseline has no place for one. Where it ends does not matter to the order: back on the bus instead of into a table, it had the same share in every cell (November 2026).',
    ],
    targets: [
      {
        what: 'order',
        target: 'ours 0 in every cell',
        measured: `worst round of any cell: ${percent(worst)}`,
        met: worst === 0,
      },
    ],
    data: cells,
    shown,
  };
}
