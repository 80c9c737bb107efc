import { releaseInMemory } from './core-release';
import { processorTime } from './measure';

/**
 * Prints as JSON what releases take, in a process of their own:
 *
 *     memory <events> <warm-up events>                 what one release held and did
 *     work <turns> <timed events> <events> <events> …  processor time an event, of several sizes
 */

const SAMPLES = 40;
/** `node --expose-gc` shows what is held rather than what has not been swept yet. */
const gc = (globalThis as { gc?: () => void }).gc ?? (() => undefined);

async function memory(events: number, warmUpEvents: number) {
  await releaseInMemory({ events: warmUpEvents });
  const { reads, appends, saves } = await releaseInMemory({ events });
  const peakRssBytes = process.resourceUsage().maxRSS * 1_024;
  // Once more, looking at the memory, which takes time.
  let heldBytes = 0;
  let next = 0;
  await releaseInMemory({
    events,
    appended: (_atMs, _before, released) => {
      if (released < next) return;
      next += events / SAMPLES;
      gc();
      heldBytes = Math.max(heldBytes, process.memoryUsage().heapUsed);
    },
  });
  return { events, heldBytes, peakRssBytes, calls: reads + appends + saves };
}

/**
 * All sizes in one process, in turns: two processes of the same program differ by more than what is looked for, by how
 * each happens to be compiled and laid out. The least counts: what disturbs a process only ever adds to it.
 */
async function work(turns: number, timedEvents: number, ...sizes: number[]): Promise<number[]> {
  const least = sizes.map(() => Number.POSITIVE_INFINITY);
  // One turn to be compiled.
  for (let turn = 0; turn <= turns; turn++) {
    for (const [index, events] of sizes.entries()) {
      // A small replay is timed several times over: a few milliseconds say nothing.
      const repeats = Math.ceil(timedEvents / events);
      const { micros } = await processorTime(async () => {
        for (let repeat = 0; repeat < repeats; repeat++) await releaseInMemory({ events });
      });
      if (turn > 0) least[index] = Math.min(least[index] as number, micros / repeats / events);
    }
  }
  return least;
}

const [mode, ...numbers] = process.argv.slice(2);
const measure = mode === 'memory' ? memory : work;
void measure(...(numbers.map(Number) as [number, number])).then((result) =>
  console.log(JSON.stringify(result)),
);
