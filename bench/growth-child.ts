import { releaseInMemory } from './core-release';
import { makeEvents } from './events';
import { countingLanes, type Work } from './memory-ports';

/**
 * Releases so many events in a process of its own and prints what it took, as JSON. `node --expose-gc` shows what is
 * held rather than what has not been swept yet.
 */

/** Not more than the smallest replay: the largest resident set is then that of the replay, and not of the warming. */
const WARM_UP_EVENTS = 10_000;
const SAMPLES = 40;
const gc = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
const clock = { now: () => Date.now(), sleep: async () => undefined };

async function main(events: number): Promise<void> {
  const [event] = makeEvents({ count: 1, bytes: 1_024, perSecond: 1 });
  const run = { perSecond: 50, json: JSON.stringify(event), speed: 'max', clock };
  await releaseInMemory({ ...run, events: WARM_UP_EVENTS });
  const work = await releaseInMemory({ ...run, events });
  const peakRssBytes = process.resourceUsage().maxRSS * 1_024;
  // Once more, looking at the memory, which takes time.
  let heldBytes = 0;
  const lanes = (sampled: Work) => {
    let next = 0;
    return countingLanes(sampled, () => {
      if (sampled.released < next) return;
      next += events / SAMPLES;
      gc();
      heldBytes = Math.max(heldBytes, process.memoryUsage().heapUsed);
    });
  };
  await releaseInMemory({ ...run, events, lanes });
  const calls = work.reads + work.appends + work.saves;
  console.log(JSON.stringify({ events, heldBytes, peakRssBytes, calls }));
}

void main(Number(process.argv[2]));
