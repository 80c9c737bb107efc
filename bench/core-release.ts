import type { Clock, Lanes } from '../src/core/ports';
import { type SequenceDeps, sequence } from '../src/core/replay/sequence';
import { DEFAULT_SETTINGS } from '../src/core/settings';
import { REPLAY } from './events';
import { countingLanes, generatedBuffer, openRow, singleRow, type Work } from './memory-ports';

export interface CoreRun {
  events: number;
  perSecond: number;
  json: string;
  speed: string;
  orderingKey?: string;
  clock: Clock;
  lanes?: (work: Work) => Lanes;
}

/** Releases a replay with the real core and stores in memory; the set is generated as it is read. */
export async function releaseInMemory(run: CoreRun): Promise<Work & { startMs: number }> {
  const work: Work = { reads: 0, appends: 0, saves: 0, released: 0 };
  const { clock, events, speed, orderingKey } = run;
  const startMs = clock.now();
  const deps: SequenceDeps = {
    clock,
    buffer: generatedBuffer({ ...run, buckets: DEFAULT_SETTINGS.buckets }, work),
    lanes: run.lanes?.(work) ?? countingLanes(work),
    replays: singleRow(openRow(events, { speed, ...(orderingKey && { orderingKey }) }, startMs), work),
    status: { describe: async () => undefined },
    queues: { depth: async () => 0 },
    observer: { sealed: () => undefined, appended: () => undefined },
    settings: DEFAULT_SETTINGS,
    remainingMs: () => Number.POSITIVE_INFINITY,
  };
  const answer = await sequence({ replay: REPLAY, generation: 1 }, deps);
  if (answer.action !== 'done' || work.released !== events) {
    throw new Error(`${answer.action}: ${work.released} of ${events} released`);
  }
  return { ...work, startMs };
}
