import type { JsonObject } from '../src/core/event';
import { runBaseline } from './baseline/run';
import { makeEvents } from './events';
import { deviations, type OrderRun, shareOutOfOrder } from './order-log';
import { runOurs } from './order-ours';
import { figure, percent, type Section } from './section';
import { median, type Spread, spread } from './statistics';

export const DESIGNS = {
  ours: { title: 'ordered-replay', run: runOurs },
  table: {
    title: 'execution per event, table',
    run: (events: JsonObject[], speed: number, seed: number) => runBaseline('table', events, speed, seed),
  },
  bus: {
    title: 'execution per event, bus',
    run: (events: JsonObject[], speed: number, seed: number) => runBaseline('bus', events, speed, seed),
  },
};
type Design = keyof typeof DESIGNS;
const KEYS = Object.keys(DESIGNS) as Design[];

export interface OrderScale {
  rates: number[];
  speeds: number[];
  /** How long each playback takes. */
  playbackSeconds: number;
  rounds: number;
}

export const ORDER_SCALE: OrderScale = { rates: [1, 5, 50], speeds: [1, 10], playbackSeconds: 6, rounds: 3 };

/** Rounds run side by side while they deliver no more than this together, so as not to disturb each other. */
const SIDE_BY_SIDE_PER_SECOND = 50;
const EVENT_BYTES = 600;

export interface Cell {
  perSecond: number;
  speed: number;
  events: number;
  outOfOrder: Record<Design | 'arrived', number>;
  /** The worst round. */
  worst: Record<Design, number>;
  /** How far from due, in either direction, milliseconds. */
  pace: Record<Design, Spread>;
}

export interface OrderSection extends Section {
  cells: Cell[];
  /** One round for the picture. */
  sample: Record<Design, OrderRun>;
}

/** Share of events out of order when they reach the consumer, ours and both baselines, on the same replays. */
export async function measureOrder(scale: OrderScale = ORDER_SCALE): Promise<OrderSection> {
  const cells: Cell[] = [];
  let sample: OrderSection['sample'] | undefined;
  for (const speed of scale.speeds) {
    for (const perSecond of scale.rates) {
      const { cell, first } = await measureCell(perSecond, speed, scale);
      cells.push(cell);
      console.log(`order: ${perSecond} a second, speed ${speed}`);
      if (perSecond === (scale.rates.includes(5) ? 5 : scale.rates[0]) && speed === scale.speeds.at(-1))
        sample = first;
    }
  }
  return { ...toSection(cells, scale), cells, sample: sample as OrderSection['sample'] };
}

async function measureCell(perSecond: number, speed: number, { playbackSeconds, rounds }: OrderScale) {
  const count = Math.max(2, Math.round(perSecond * speed * playbackSeconds));
  const sideBySide = perSecond * speed * rounds <= SIDE_BY_SIDE_PER_SECOND;
  const runs = {} as Record<Design, OrderRun[]>;
  for (const key of KEYS) {
    const tasks = Array.from({ length: rounds }, (_, index) => () => {
      const seed = index + 1;
      return DESIGNS[key].run(makeEvents({ count, bytes: EVENT_BYTES, perSecond, seed }), speed, seed);
    });
    if (sideBySide) {
      runs[key] = await Promise.all(tasks.map((task) => task()));
    } else {
      runs[key] = [];
      for (const task of tasks) runs[key].push(await task());
    }
  }
  const each = <T>(measure: (key: Design) => T) =>
    Object.fromEntries(KEYS.map((key) => [key, measure(key)])) as Record<Design, T>;
  const shares = (key: Design) => runs[key].map((run) => shareOutOfOrder(run.delivered));
  const cell: Cell = {
    perSecond,
    speed,
    events: count,
    outOfOrder: {
      arrived: median(runs.ours.map((run) => shareOutOfOrder(run.arrived))),
      ...each((key) => median(shares(key))),
    },
    worst: each((key) => Math.max(...shares(key))),
    pace: each((key) => spread(runs[key].flatMap((run) => deviations(run, speed)).map(Math.abs))),
  };
  return { cell, first: each((key) => runs[key][0] as OrderRun) };
}

function toSection(cells: Cell[], { playbackSeconds, rounds }: OrderScale): Section {
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
        head: ['events a second', 'speed', ...KEYS.map((key) => DESIGNS[key].title)],
        rows: cells.map((cell) => [
          String(cell.perSecond),
          String(cell.speed),
          ...KEYS.map((key) => pace(cell.pace[key])),
        ]),
      },
    ],
    notes: [
      `Medians of ${rounds} rounds of ${playbackSeconds} s playback each, on the local runtime; the same events, scrambled by the same seeds. Rounds of slow cells run side by side.`,
      'The replay is as gentle as AWS documents: minute by minute, in no order within a minute; no duplicates, delays or throttling. Executions start with no other jitter than that of one Node.js process, and the local stream is one shard, in the order of the writes. On AWS none of this is better; ours does not depend on it.',
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
