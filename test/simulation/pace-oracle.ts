import type { WishesSeen } from './wish-reader';

/** An event of the sealed set. */
export interface SetEvent {
  id: string;
  position: string;
  timeMs: number;
}

/** How fast a plan plays back. */
export interface PaceSeen {
  speed: number;
  idleMs: number;
}

/** A plan as it stood in the row. */
export interface PlanSeen extends PaceSeen {
  atMs: number;
  pausedAtMs: number | undefined;
  wishes: WishesSeen;
}

/** Due times add up, in fractions of milliseconds. */
const ROUNDING_MS = 1e-3;

/**
 * What may be released by one plan, and when: an integral over the plans before it. Of the pause before each event a
 * share passes at the pace in force, none while the run is paused; an event is due when the whole pause before it has
 * passed. What a plan leaves of a share, the next one has to let pass at its own pace.
 */
export class Regime {
  readonly plan: PlanSeen;
  readonly #set: readonly SetEvent[];
  /** The first event that was not released when the plan was taken up, and when it is due by the pace. */
  readonly #first: number;
  readonly #firstMs: number;
  /** Of each event from the first on. */
  readonly #dueMs: number[] = [];

  constructor(set: readonly SetEvent[], plan: PlanSeen, first: number, firstMs: number) {
    this.#set = set;
    this.plan = plan;
    this.#first = first;
    this.#firstMs = firstMs;
  }

  /** What the row says next. @param released So many events, at the take-up. */
  next(plan: PlanSeen, released: number): Regime {
    const set = this.#set;
    if (plan.pausedAtMs !== undefined || released >= set.length) {
      // While it is paused, nothing passes: the pace is the one that it stopped with.
      const { speed, idleMs } = this.plan;
      return new Regime(set, { ...plan, speed, idleMs }, released, this.#byPaceMs(released));
    }
    const stoppedMs = this.plan.pausedAtMs ?? plan.atMs;
    const leftMs = Math.max(0, this.#byPaceMs(released) - stoppedMs);
    if (released === 0) return new Regime(set, plan, 0, plan.atMs + leftMs);
    const wholeMs = this.#pauseMs(released);
    const leftShare = wholeMs > 0 ? leftMs / wholeMs : 0;
    return new Regime(set, plan, released, plan.atMs + leftShare * pauseMs(set, plan, released));
  }

  /** Whether the wishes of this plan stop the run before an event. */
  isHaltedBefore(n: number): boolean {
    const event = this.#set[n];
    const { stepTo, paused, until } = this.plan.wishes;
    if (!event) return false;
    if (stepTo !== undefined) return event.position > stepTo;
    if (paused) return true;
    if (until === undefined) return false;
    return typeof until === 'number' ? event.timeMs > until : event.position > until;
  }

  /** When it is due; what was released before the take-up was due long ago. */
  dueMs(n: number): number {
    if (n < this.#first) return Number.NEGATIVE_INFINITY;
    for (let next = this.#first + this.#dueMs.length; next <= n; next++) {
      this.#dueMs.push(this.#steppedMs(next, this.#byPaceMs(next)));
    }
    return this.#dueMs[n - this.#first] as number;
  }

  allows(n: number, nowMs: number): boolean {
    if (this.plan.pausedAtMs !== undefined || this.isHaltedBefore(n)) return false;
    return this.dueMs(n) <= nowMs + ROUNDING_MS;
  }

  /** By the pace alone, from the event before on. */
  #byPaceMs(n: number): number {
    return n <= this.#first ? this.#firstMs : this.dueMs(n - 1) + this.#pauseMs(n);
  }

  /** What a step covers is due at its take-up, if not before. */
  #steppedMs(n: number, paceMs: number): number {
    const { wishes, atMs } = this.plan;
    const isStepped = wishes.stepTo !== undefined && !this.isHaltedBefore(n);
    return isStepped ? Math.min(paceMs, atMs) : paceMs;
  }

  #pauseMs(n: number): number {
    return pauseMs(this.#set, this.plan, n);
  }
}

function pauseMs(set: readonly SetEvent[], { speed, idleMs }: PaceSeen, n: number): number {
  const [before, event] = [set[n - 1], set[n]];
  return before && event ? Math.min((event.timeMs - before.timeMs) / speed, idleMs) : 0;
}
