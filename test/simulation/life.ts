import type { Clock } from '../../src/core/ports';
import type { Scheduler } from './scheduler';

/**
 * One process on one host: a Lambda execution environment. What it waits for reaches it while it runs, waits while it
 * is frozen, and is lost when it is dead: a dead process does not even see an error.
 *
 * Its clock is its host's. Hosts follow the Amazon Time Sync Service; how far two differ, nobody promises:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html
 */
export class Life {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  #deferred: (() => void)[] = [];
  #pointsLeft = Number.POSITIVE_INFINITY;
  #stops: 'dies' | 'hangs' = 'dies';
  #hung = false;
  readonly #fate: (life: Life) => void;
  /** Appends that have been asked for and have not come back. */
  appends = 0;
  /** Told when it dies. */
  died: () => void = () => {};
  /** Told when its host stands still. */
  stoodStill: () => void = () => {};

  /** @param fate Asked at each point what happens to it there. */
  constructor(scheduler: Scheduler, name: string, skewMs: number, fate: (life: Life) => void = () => {}) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#fate = fate;
    this.clock = {
      now: () => Math.floor(scheduler.nowMs + skewMs),
      sleep: (ms) => scheduler.sleep(ms, this),
    };
  }

  get dead(): boolean {
    return this.#state === 'dead';
  }

  enter(run: () => void): void {
    if (this.#state === 'running') run();
    else if (this.#state === 'frozen') this.#deferred.push(run);
  }

  /** It is to stop at the nth point from here; a port call has one before, one on the way and one after it. */
  stopAfter(points: number, how: 'dies' | 'hangs'): void {
    this.#pointsLeft = points;
    this.#stops = how;
  }

  /** True where it goes no further. */
  point(): boolean {
    if (this.stopped) return true;
    if (this.#pointsLeft-- <= 0) {
      if (this.#stops === 'dies') this.kill();
      else this.#hung = true;
    }
    this.#fate(this);
    return this.stopped;
  }

  /** Dead, or hung until somebody kills it. */
  get stopped(): boolean {
    return this.dead || this.#hung;
  }

  kill(): void {
    if (this.dead) return;
    this.#state = 'dead';
    this.#deferred = [];
    this.died();
  }

  /** The host does nothing for a while, not even end what has run out of time, and goes on then. */
  standStill(ms: number): void {
    if (this.stopped) return;
    this.stoodStill();
    this.freeze();
    this.#scheduler.at(ms, () => this.thaw());
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    for (const run of this.#deferred.splice(0)) this.#scheduler.at(0, run, this);
  }
}

/** For what never comes: the answer to somebody who is dead. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
