import type { Scheduler } from './scheduler';
import type { Trace } from './trace';

/** R1 to R7, what the consumer is promised, and the contracts of the ports. */
export type Invariant = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'consumer' | 'contract';

export interface Violation {
  invariant: Invariant;
  what: string;
  atMs: number;
}

class Broken extends Error {
  constructor(
    readonly invariant: Invariant,
    what: string,
  ) {
    super(what);
  }
}

/** What a check calls: the first thing that does not hold ends the check, and the run. */
export function demand(holds: boolean, invariant: Invariant, what: () => string): asserts holds {
  if (!holds) throw new Broken(invariant, what());
}

/** The first violation of a run. */
export class Verdict {
  violation: Violation | undefined;
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;

  constructor(scheduler: Scheduler, trace: Trace) {
    this.#scheduler = scheduler;
    this.#trace = trace;
  }

  check(checks: () => void): void {
    try {
      checks();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.fail(error.invariant, error.message);
    }
  }

  fail(invariant: Invariant, what: string): void {
    if (this.violation) return;
    this.violation = { invariant, what, atMs: this.#scheduler.nowMs };
    this.#trace.note('checker', () => `${invariant} is broken: ${what}`);
    this.#scheduler.stop();
  }
}
