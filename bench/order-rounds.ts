import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../src/core/json';
import { runBaseline } from './baseline/run';
import { makeEvents } from './events';
import type { OrderRun } from './order-log';
import { runOurs } from './order-ours';

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
export type Design = keyof typeof DESIGNS;
export const KEYS = Object.keys(DESIGNS) as Design[];

/** Of each design, the rounds of one plan. */
export type Runs = Record<Design, OrderRun[]>;

export interface OrderScale {
  rates: number[];
  speeds: number[];
  /** How long each playback takes, where that makes events enough. */
  playbackSeconds: number;
  /** Slow cells play back as long as it takes for so many: they go side by side, so one is as good as all. */
  leastEvents: number;
  rounds: number;
}

export interface Plan {
  perSecond: number;
  speed: number;
  events: number;
}

/** Runs go side by side while they deliver no more than this together, so as not to disturb each other. */
const SIDE_BY_SIDE_PER_SECOND = 50;
/**
 * Ours waits 24 s for the seal between collecting and playing back. Up to so many events are collected and played back
 * within the other time: three rounds that begin that far apart use each other's waits and nothing else.
 */
const STAGGERED_EVENTS = 500;
const STAGGER_MARGIN_MS = 2_000;
const EVENT_BYTES = 600;

/** Runs every design on every plan, `rounds` times each. */
export async function runPlans(plans: Plan[], scale: OrderScale): Promise<Map<Plan, Runs>> {
  const measured = new Map<Plan, Runs>();
  for (const group of groupsOf(plans, scale.rounds)) {
    for (const [plan, runs] of await runGroup(group, scale)) measured.set(plan, runs);
    for (const { perSecond, speed } of group) console.log(`order: ${perSecond} a second, speed ${speed}`);
  }
  return measured;
}

function fitsSideBySide(plans: Plan[], rounds: number): boolean {
  const together = plans.reduce((sum, { perSecond, speed }) => sum + perSecond * speed * rounds, 0);
  return together <= SIDE_BY_SIDE_PER_SECOND;
}

/** The slowest cells as one group, as many as can run side by side; each of the others by itself. */
function groupsOf(plans: Plan[], rounds: number): Plan[][] {
  const groups: Plan[][] = [];
  for (const plan of [...plans].sort((one, other) => one.events - other.events)) {
    const [first] = groups;
    if (first && fitsSideBySide([...first, plan], rounds)) first.push(plan);
    else groups.push([plan]);
  }
  return groups;
}

/** One design after the other; the same design's runs on the plans of a group side by side. */
async function runGroup(group: Plan[], scale: OrderScale): Promise<[Plan, Runs][]> {
  const apart = !fitsSideBySide(group, scale.rounds);
  const measured = group.map((plan): [Plan, Runs] => [plan, {} as Runs]);
  for (const key of KEYS) {
    await Promise.all(
      measured.map(async ([plan, runs]) => {
        runs[key] = await runRounds(key, plan, scale, apart);
      }),
    );
  }
  return measured;
}

/** All rounds of a design: side by side, or so that no two are busy at once. */
async function runRounds(
  key: Design,
  { perSecond, speed, events }: Plan,
  { playbackSeconds, rounds }: OrderScale,
  apart: boolean,
): Promise<OrderRun[]> {
  const run = (seed: number) =>
    DESIGNS[key].run(makeEvents({ count: events, bytes: EVENT_BYTES, perSecond, seed }), speed, seed);
  const seeds = Array.from({ length: rounds }, (_, index) => index + 1);
  if (!apart) return Promise.all(seeds.map(run));
  if (key === 'ours' && events <= STAGGERED_EVENTS) {
    const gapMs = playbackSeconds * 1_000 + STAGGER_MARGIN_MS;
    return Promise.all(seeds.map((seed, index) => delay(index * gapMs).then(() => run(seed))));
  }
  const runs: OrderRun[] = [];
  for (const seed of seeds) runs.push(await run(seed));
  return runs;
}
