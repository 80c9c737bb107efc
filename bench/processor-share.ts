import { openSync, readdirSync, readSync } from 'node:fs';

/**
 * Lets a process have its share of a core and no more, as Linux does with a function that has less than one (the quota of
 * its control group): it runs until the processor time of a period is used up, and is stopped until the next one begins.
 * Waiting uses up nothing, and what is not used is lost. `<pid> <share>`, on Linux; ends with the process.
 *
 * https://docs.kernel.org/scheduler/sched-bwc.html
 */
const PERIOD_MS = 20;
const LOOK_AFTER_MS = 0.1;

const [pid = 0, share = 1] = process.argv.slice(2).map(Number);
const never = new Int32Array(new SharedArrayBuffer(4));
/** Timers have whole milliseconds. */
const wait = (ms: number) => Atomics.wait(never, 0, 0, Math.max(0, ms));

/** Of every thread, its time on a processor in nanoseconds. */
const threads = readdirSync(`/proc/${pid}/task`).map((id) =>
  openSync(`/proc/${pid}/task/${id}/schedstat`, 'r'),
);
const line = Buffer.alloc(64);
function usedMs(): number {
  let ns = 0;
  for (const thread of threads)
    ns += Number.parseInt(line.toString('latin1', 0, readSync(thread, line, 0, 64, 0)), 10);
  return ns / 1e6;
}

function limit(): void {
  const quotaMs = share * PERIOD_MS;
  try {
    // What it has used beyond its quota, because it was not stopped at once.
    let overdrawnMs = 0;
    for (let endMs = performance.now() + PERIOD_MS, atMs = usedMs(); ; endMs += PERIOD_MS) {
      const leftMs = () => quotaMs - overdrawnMs - (usedMs() - atMs);
      if (leftMs() > 0) process.kill(pid, 'SIGCONT');
      for (let left = leftMs(); left > 0 && performance.now() < endMs; left = leftMs()) {
        // One thread uses it up no sooner than this.
        wait(Math.max(LOOK_AFTER_MS, Math.min(left, endMs - performance.now())));
      }
      if (leftMs() <= 0) process.kill(pid, 'SIGSTOP');
      wait(endMs - performance.now());
      const nowMs = usedMs();
      overdrawnMs = Math.max(0, overdrawnMs + nowMs - atMs - quotaMs);
      atMs = nowMs;
    }
  } catch {
    // There is no such process any more.
    process.exit();
  }
}

process.send?.('begins', limit);
