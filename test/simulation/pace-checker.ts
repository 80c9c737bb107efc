import type { Plan } from '../../src/core/replay/progress';
import type { ReplayRow } from '../../src/core/replay/row';
import { isUndisturbed } from './faults';
import type { Life } from './life';
import { type PaceSeen, type PlanSeen, Regime, type SetEvent } from './pace-oracle';
import { longestRequestMs } from './request-time';
import type { Scenario } from './scenario';
import { demand } from './verdict';
import { idleMsOf, readWishes, speedOf, type WishesSeen } from './wish-reader';

/** A look at the row comes so long after the one before. */
const LOOK_EVERY_MS = 1_000;
/** A call that the next generation is started beside has begun a moment before, out of a `Wait`. */
const WOKE_WITHIN_MS = 5_000;
/** Where nothing goes wrong: waking up from a `Wait`, a cold start, and each append of a set that is due at once. */
const LATE_MS = 10_000;
const LATE_EACH_MS = 250;

/** A plan that stood in the row, from when until when. */
interface Stood {
  regime: Regime;
  sinceMs: number;
  untilMs: number;
}

/** What a process has done in its call. */
interface Walker {
  generation: number;
  beganMs: number;
  /** Of the plans that stood: it has saved this one itself, so it goes by no older one. */
  savedPlan: number;
  /** Events of which it knows that they are in their lanes. */
  known: Set<number>;
}

/**
 * R6 where people change the pace: each append begins when its event was due by a plan that stood in the row a second
 * and a request before, and none begins while the run is paused.
 */
export class PaceChecker {
  readonly #scenario: Scenario;
  readonly #set: SetEvent[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #stood: Stood[] = [];
  readonly #walkers = new WeakMap<Life, Walker>();
  readonly #isIn: (id: string) => boolean;
  /** So many events from the beginning of the set are in their lanes. */
  #inLanes = 0;
  #row: () => ReplayRow | undefined;

  /** @param isIn Whether an event is in its lane. */
  constructor(scenario: Scenario, isIn: (id: string) => boolean, row: () => ReplayRow | undefined) {
    this.#scenario = scenario;
    this.#isIn = isIn;
    this.#row = row;
  }

  get set(): readonly SetEvent[] {
    return this.#set;
  }

  /** So many events of the set are at or before a position. */
  countTo(position: string | undefined): number {
    return position === undefined ? 0 : (this.#numbers.get(position) ?? -1) + 1;
  }

  /** The plan that stands now. */
  get regime(): Regime | undefined {
    return this.#stood.at(-1)?.regime;
  }

  callBegins(life: Life, generation: number, nowMs: number): void {
    this.#walkers.set(life, { generation, beganMs: nowMs, savedPlan: 0, known: new Set() });
  }

  /** The set is sealed and counted. */
  opens(set: readonly SetEvent[], plan: Plan, options: PaceSeen, startMs: number, nowMs: number): void {
    if (this.#stood.length > 0) return;
    this.#set.push(...set);
    for (const [n, { position }] of set.entries()) this.#numbers.set(position, n);
    const seen = planSeen(plan, options);
    this.#stand(new Regime(this.#set, seen, 0, startMs), nowMs);
  }

  /** A save that took up a plan, or that ended the run. */
  planSaved(life: Life, plan: Plan, options: PaceSeen, released: number, nowMs: number): void {
    const before = this.regime;
    if (!before) return;
    this.#stand(before.next(planSeen(plan, options), released), nowMs);
    const walker = this.#walkers.get(life);
    if (walker) walker.savedPlan = this.#stood.length - 1;
  }

  ended(nowMs: number): void {
    const last = this.#stood.at(-1);
    if (last) last.untilMs = Math.min(last.untilMs, nowMs);
  }

  /** R1: the checkpoint in a row, as it is after a save. */
  checkpointSaved(life: Life, { checkpoint }: ReplayRow, isTakeUp: boolean): void {
    if (this.#stood.length === 0) return;
    const covered = this.countTo(checkpoint?.position);
    while (this.#inLanes < this.#set.length && this.#isIn((this.#set[this.#inLanes] as SetEvent).id))
      this.#inLanes++;
    demand(
      covered <= this.#inLanes,
      'R1',
      () => `the checkpoint covers ${covered} events, and ${this.#inLanes} are in their lanes`,
    );
    const known = this.#walkers.get(life)?.known;
    if (!known || !isTakeUp || !isUndisturbed(this.#scenario)) return;
    let reached = covered;
    while (known.has(reached)) reached++;
    demand(
      reached === covered,
      'R7',
      () => `a plan counts from event ${covered}, and ${reached} were released before it`,
    );
  }

  appended(life: Life, positions: readonly string[]): void {
    const known = this.#walkers.get(life)?.known;
    for (const position of positions) known?.add(this.#numbers.get(position) ?? -1);
  }

  /** @param hostNowMs By the clock of the host that begins an append. */
  begins(life: Life, positions: readonly string[], nowMs: number, hostNowMs: number): void {
    if (this.#stood.length === 0) return;
    const walker = this.#walkers.get(life);
    for (const position of positions) {
      const n = this.#numbers.get(position);
      const event = n === undefined ? undefined : this.#set[n];
      if (n === undefined || !event || this.#isIn(event.id)) continue;
      this.#checkBegin(n, event, walker, nowMs, hostNowMs);
    }
  }

  #checkBegin(
    n: number,
    { id }: SetEvent,
    walker: Walker | undefined,
    nowMs: number,
    hostNowMs: number,
  ): void {
    const sinceMs = nowMs - LOOK_EVERY_MS - longestRequestMs(this.#scenario);
    const from = this.#isReplaced(walker, nowMs) ? (walker?.savedPlan ?? 0) : this.#stood.length - 1;
    const stood = this.#stood.slice(Math.max(0, from)).filter(({ untilMs }) => untilMs >= sinceMs);
    const current = this.regime as Regime;
    const isAllowed = stood.some(({ regime }) => regime.allows(n, hostNowMs));
    demand(isAllowed, 'R6', () => `${id} is released ${whyNot(current, n, hostNowMs)}`);
    if (!isUndisturbed(this.#scenario) || !current.allows(n, hostNowMs)) return;
    const lateMs = hostNowMs - Math.max(current.dueMs(n), this.#stood.at(-1)?.sinceMs ?? 0);
    const mostMs = LATE_MS + LATE_EACH_MS * this.#set.length;
    demand(lateMs <= mostMs, 'R7', () => `${id} is released ${lateMs} ms after it is due`);
  }

  /**
   * Whether a call may go by a plan that stood before. Where nothing goes wrong there is one at a time, and it takes up
   * itself what is wished: only one that has just woken up may be replaced.
   */
  #isReplaced(walker: Walker | undefined, nowMs: number): boolean {
    if (!isUndisturbed(this.#scenario)) return true;
    const isOlder = (this.#row()?.generation ?? 0) > (walker?.generation ?? 0);
    return isOlder && nowMs - (walker?.beganMs ?? 0) < WOKE_WITHIN_MS;
  }

  #stand(regime: Regime, sinceMs: number): void {
    const last = this.#stood.at(-1);
    if (last) last.untilMs = sinceMs;
    this.#stood.push({ regime, sinceMs, untilMs: Number.POSITIVE_INFINITY });
  }
}

function whyNot(regime: Regime, n: number, hostNowMs: number): string {
  const { pausedAtMs } = regime.plan;
  if (pausedAtMs !== undefined) return `${hostNowMs - pausedAtMs} ms after the run was paused`;
  if (regime.isHaltedBefore(n)) return 'beyond what is wished';
  return `${regime.dueMs(n) - hostNowMs} ms before it is due`;
}

/** The plan's own speed and idle are checked where it is saved: this is what they are to be. */
function planSeen({ atMs, pausedAtMs, taken }: Plan, options: PaceSeen): PlanSeen {
  const { wishes } = readWishes(taken);
  return { atMs, pausedAtMs, wishes, ...paceOf(wishes, options) };
}

export function paceOf({ speed, idle }: WishesSeen, options: PaceSeen): PaceSeen {
  return {
    speed: speed === undefined ? options.speed : speedOf(speed),
    idleMs: idle === undefined ? options.idleMs : idleMsOf(idle),
  };
}
