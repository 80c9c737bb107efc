import type { SequencerInput } from '../../src/core/ports';
import type { RowChanges } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import type { Random } from '../../src/local/random';
import { memoryEventBuffer } from '../fakes/event-buffer';
import { memoryHistories } from '../fakes/histories';
import { memoryLanes } from '../fakes/lanes';
import { memoryReplays } from '../fakes/replays';
import { memorySequencerStarts } from '../fakes/sequencer-starts';
import { Account } from './account';
import { type Checkers, createCheckers } from './checkers';
import { type MarkedReads, withStaleReads } from './eventual-reads';
import { type Actor, Fate } from './fate';
import { Life } from './life';
import type { Protocol, Stores, Tables } from './protocol';
import { type Faults, MAX_STANDSTILL_MS, type Scenario, type SlowRequest, settingsFor } from './scenario';
import { Scheduler } from './scheduler';
import { randomOf } from './seeded';
import { createTrace, type Trace } from './trace';

export const START_MS = Date.parse('2026-11-20T12:00:00Z');

/**
 * What has expired is gone within a few days; when, nobody promises:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
const MOST_LINGERS_MS = 48 * 3_600_000;
/** One time in two it goes so soon that the replay it belongs to is not over. */
const SOON_GONE_MS = 120_000;

/** What every part of the model shares. */
export interface World {
  scenario: Scenario;
  settings: Settings;
  protocol: Protocol;
  scheduler: Scheduler;
  trace: Trace;
  checkers: Checkers;
  /** Told of effects, after the checkers. */
  listeners: {
    completed(): void;
    rowMade(): void;
    /** Of the first run. */
    rowSaved(changes: RowChanges): void;
    rerunMade(run: string): void;
    appended(): void;
  };
  /** The tables as they are, and as a process sees them through the protocol. */
  tables: Tables;
  stores: Stores;
  starts: ReturnType<typeof memorySequencerStarts>;
  /** The executions that run, also those that somebody started under another name. */
  running: SequencerInput[];
  fate: Fate;
  /** Requests by port and method, since the release began. */
  requests: Map<string, number>;
  /** A source of chance of its own for each part: leaving one fault out leaves the others much as they were. */
  random(part: string): Random;
  /** How often each fault has struck. */
  struck: Map<keyof Faults, number>;
  /** How often the poison event has failed. */
  poisonings: number;
  /** How many events were parked in Overflow, by collectors or for them. */
  parked: number;
  /** The functions that run in it. */
  account: Account;
  /** How slow the next put of an event is, if that is not left to chance. */
  slowPut(id: string): SlowRequest | undefined;
  /** A process on a host of its own; one of the service's functions has a fate. */
  newLife(name: string, of?: Actor): Life;
}

function makeTables({ counts }: Scenario, now: () => number, random: Random, { readRow }: Protocol): Tables {
  const lingersMs = () => random.integer(0, random.chance(0.5) ? SOON_GONE_MS : MOST_LINGERS_MS);
  const options = { recordCalls: false, timeToLive: { now, lingersMs } };
  const buffer = memoryEventBuffer({ ...options, ...(counts && { countPageEvents: counts.pageEvents }) });
  const replays = memoryReplays({ ...options, readRow });
  return { buffer, replays, histories: memoryHistories(options), lanes: memoryLanes(options) };
}

export function createWorld(
  scenario: Scenario,
  protocol: Protocol,
  reads: MarkedReads,
  recording: boolean,
): World {
  const scheduler = new Scheduler(START_MS, randomOf(scenario.seed, 'scheduler'), scenario.mostTurns);
  const trace = createTrace(() => scheduler.nowMs, recording);
  const settings = settingsFor(scenario);
  const now = () => scheduler.nowMs;
  const tables = makeTables(scenario, now, randomOf(scenario.seed, 'time to live'), protocol);
  const running: SequencerInput[] = [];
  const starts = memorySequencerStarts({ recordCalls: false });
  const checkers = createCheckers({ scenario, settings, tables, starts, running, scheduler, trace });
  const hosts = randomOf(scenario.seed, 'hosts');
  const parts = new Map<string, Random>();
  const slowPuts = new Map<string, number>();
  let lives = 0;
  const world: World = {
    scenario,
    settings,
    protocol,
    scheduler,
    trace,
    checkers,
    listeners: {
      completed: () => {},
      rowMade: () => {},
      rowSaved: () => {},
      rerunMade: () => {},
      appended: () => {},
    },
    tables,
    stores: withStaleReads(protocol.bendTables?.(tables) ?? tables, reads, {
      now,
      random: randomOf(scenario.seed, 'replicas'),
    }),
    starts,
    running,
    fate: new Fate(scenario, () =>
      strikes(world, 'standstill') ? world.random('standstills').integer(1, MAX_STANDSTILL_MS) : 0,
    ),
    requests: new Map(),
    struck: new Map(),
    poisonings: 0,
    parked: 0,
    account: new Account(scenario.concurrency),
    random(part) {
      let random = parts.get(part);
      if (!random) {
        random = randomOf(scenario.seed, part);
        parts.set(part, random);
      }
      return random;
    },
    slowPut(id) {
      const { slowPut } = scenario.events.find((plan) => plan.id === id) ?? {};
      if (!slowPut) return undefined;
      const before = slowPuts.get(id) ?? 0;
      slowPuts.set(id, before + 1);
      return before < (slowPut.times ?? Number.POSITIVE_INFINITY) ? slowPut : undefined;
    },
    newLife(name, of) {
      const half = Math.floor(scenario.skewMs / 2);
      const drawnMs = hosts.integer(-half, half);
      const farthestMs = of === 'sequence' ? half : -half;
      const skewMs = scenario.sequencerIsAhead ? farthestMs : drawnMs;
      return new Life(scheduler, `${name} ${++lives}`, skewMs, of && ((life) => world.fate.decide(life, of)));
    },
  };
  return world;
}

/** Whether a fault strikes now. */
export function strikes(world: World, fault: keyof Faults): boolean {
  const probability = world.scenario.faults[fault];
  if (probability === 0 || !world.random(fault).chance(probability)) return false;
  world.struck.set(fault, (world.struck.get(fault) ?? 0) + 1);
  return true;
}
