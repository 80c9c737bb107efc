import { releaseInMemory } from './core-release';
import { makeEvents } from './events';

/**
 * Processor time an event of releases of several sizes, in µs, as JSON. All in one process, in turns: two processes of
 * the same program differ by more than what is looked for, by how each happens to be compiled and laid out.
 */

/** A small replay is timed several times over: a few milliseconds say nothing. */
const TIMED_EVENTS = 500_000;
/** The least counts: what disturbs a process only ever adds to it. */
const TURNS = 5;
const clock = { now: () => Date.now(), sleep: async () => undefined };

async function main(sizes: number[]): Promise<void> {
  const [event] = makeEvents({ count: 1, bytes: 1_024, perSecond: 1 });
  const run = { perSecond: 50, json: JSON.stringify(event), speed: 'max', clock };
  const microsOf = async (events: number): Promise<number> => {
    const repeats = Math.ceil(TIMED_EVENTS / events);
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) await releaseInMemory({ ...run, events });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / repeats / events;
  };
  // One turn to be compiled.
  for (const events of sizes) await microsOf(events);
  const least = sizes.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [index, events] of sizes.entries()) {
      least[index] = Math.min(least[index] as number, await microsOf(events));
    }
  }
  console.log(JSON.stringify(least));
}

void main(process.argv.slice(2).map(Number));
