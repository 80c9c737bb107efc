import { createHash } from 'node:crypto';
import type { RowChanges } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import { createRandom, type Random } from '../../src/local/random';
import { memoryEventBuffer } from '../fakes/event-buffer';
import { memoryLanes } from '../fakes/lanes';
import { memoryReplays } from '../fakes/replays';
import { memorySequencerStarts } from '../fakes/sequencer-starts';
import { type Checkers, createCheckers } from './checkers';
import { type MarkedReads, withStaleReads } from './eventual-reads';
import { Life } from './life';
import type { Protocol, Stores, Tables } from './protocol';
import { type Faults, type Scenario, settingsFor } from './scenario';
import { Scheduler } from './scheduler';
import { createTrace, type Trace } from './trace';

export const START_MS = Date.parse('2026-11-20T12:00:00Z');

/** What every part of the model shares. */
export interface World {
  scenario: Scenario;
  settings: Settings;
  protocol: Protocol;
  scheduler: Scheduler;
  trace: Trace;
  checkers: Checkers;
  /** Told of effects, after the checkers. */
  listeners: { rowSaved(changes: RowChanges): void; appended(): void };
  /** The tables as they are, and as a process sees them through the protocol. */
  tables: Tables;
  stores: Stores;
  starts: ReturnType<typeof memorySequencerStarts>;
  /** A source of chance of its own for each part: leaving one fault out leaves the others much as they were. */
  random(part: string): Random;
  /** How often each fault has struck. */
  struck: Map<keyof Faults, number>;
  /** How often the poison event has failed. */
  poisonings: number;
  /** A process on a host of its own. */
  newLife(name: string): Life;
}

function makeTables(): Tables {
  const options = { recordCalls: false };
  return { buffer: memoryEventBuffer(options), replays: memoryReplays(options), lanes: memoryLanes(options) };
}

export function createWorld(
  scenario: Scenario,
  protocol: Protocol,
  reads: MarkedReads,
  recording: boolean,
): World {
  const scheduler = new Scheduler(START_MS, randomOf(scenario.seed, 'scheduler'));
  const trace = createTrace(() => scheduler.nowMs, recording);
  const settings = settingsFor(scenario);
  const tables = makeTables();
  const checkers = createCheckers({ scenario, settings, tables, scheduler, trace });
  const hosts = randomOf(scenario.seed, 'hosts');
  const parts = new Map<string, Random>();
  let lives = 0;
  return {
    scenario,
    settings,
    protocol,
    scheduler,
    trace,
    checkers,
    listeners: { rowSaved: () => {}, appended: () => {} },
    tables,
    stores: withStaleReads(protocol.bendTables?.(tables) ?? tables, reads, {
      now: () => scheduler.nowMs,
      random: randomOf(scenario.seed, 'replicas'),
    }),
    starts: memorySequencerStarts({ recordCalls: false }),
    struck: new Map(),
    poisonings: 0,
    random(part) {
      let random = parts.get(part);
      if (!random) {
        random = randomOf(scenario.seed, part);
        parts.set(part, random);
      }
      return random;
    },
    newLife(name) {
      const half = Math.floor(scenario.skewMs / 2);
      return new Life(scheduler, `${name} ${++lives}`, hosts.integer(-half, half));
    },
  };
}

/** Whether a fault strikes now. */
export function strikes(world: World, fault: keyof Faults): boolean {
  const probability = world.scenario.faults[fault];
  if (probability === 0 || !world.random(fault).chance(probability)) return false;
  world.struck.set(fault, (world.struck.get(fault) ?? 0) + 1);
  return true;
}

function randomOf(seed: number, part: string): Random {
  return createRandom(createHash('sha256').update(`${seed} ${part}`).digest().readInt32BE(0));
}
