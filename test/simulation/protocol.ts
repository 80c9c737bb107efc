import { createCollectHandler } from '../../functions/collect';
import { createHealHandler } from '../../functions/heal';
import { createSequenceHandler } from '../../functions/sequence';
import { dynamoEventBuffer } from '../../src/aws/event-buffer';
import { dynamoReplays } from '../../src/aws/replays';
import { orderedReplay } from '../../src/consumer';
import { unavailable } from '../../src/core/errors';
import type { EventBuffer, Histories, Lanes, Replays } from '../../src/core/ports';
import { readRow } from '../../src/core/replay/row-problems';
import type { Settings } from '../../src/core/settings';
import { createCommands } from '../../src/operator/commands';
import type { Runs } from '../../src/operator/ports';
import { rerun } from '../../src/operator/rerun';
import type { MemoryEventBuffer } from '../fakes/event-buffer';
import type { MemoryHistories } from '../fakes/histories';
import type { MemoryLanes } from '../fakes/lanes';
import type { MemoryReplays } from '../fakes/replays';
import type { Definition } from './asl';

/**
 * The code that is attacked: the three functions' handlers with the core behind them, the consumer's wrapper and the tools
 * of people who command a run or ask for another one. The adapters are asked only which reads they mark as strongly consistent.
 */
export interface Protocol {
  createCollectHandler: typeof createCollectHandler;
  createSequenceHandler: typeof createSequenceHandler;
  createHealHandler: typeof createHealHandler;
  orderedReplay: typeof orderedReplay;
  /** The tool that people command a run with. */
  createCommands: typeof createCommands;
  /** What somebody's tool does who asks for another run. */
  rerun: typeof rerun;
  dynamoEventBuffer: typeof dynamoEventBuffer;
  dynamoReplays: typeof dynamoReplays;
  /** What the adapters throw for what passes. */
  unavailable: typeof unavailable;
  /** How every table of replays reads what is in it. */
  readRow: typeof readRow;
  /** What a mutant does to the tables themselves: their effects stay atomic. */
  bendTables?(tables: Tables): Stores;
  /** What a mutant does to the requests of a process. */
  bendRequests?(stores: Stores, tables: Tables): Stores;
  /** What a mutant does to the settings of one of the two functions. */
  bendSettings?(settings: Settings, of: 'collect' | 'sequence'): Settings;
  /** What a mutant does to the definition of the state machine `sequence`. */
  bendMachine?(machine: Definition): Definition;
}

export interface Tables {
  buffer: MemoryEventBuffer;
  replays: MemoryReplays;
  histories: MemoryHistories;
  lanes: MemoryLanes;
}

/** The three tables as a process reaches them. */
export interface Stores {
  buffer: EventBuffer;
  replays: Replays & Runs;
  histories: Histories;
  lanes: Lanes;
}

export const REAL: Protocol = {
  createCollectHandler,
  createSequenceHandler,
  createHealHandler,
  orderedReplay,
  createCommands,
  rerun,
  dynamoEventBuffer,
  dynamoReplays,
  unavailable,
  readRow,
};
