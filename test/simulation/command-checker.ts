import { isDeepStrictEqual } from 'node:util';
import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { PlannedCommand, Wish } from './commands';
import { isUndisturbed } from './faults';
import type { Life } from './life';
import { type PaceChecker, paceOf } from './pace-checker';
import type { Scenario } from './scenario';
import { demand } from './verdict';
import { areEqual, idleMsOf, readWishes, speedOf, type WishesSeen } from './wish-reader';

const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];
/** With the tool: a second, a few requests; a cold start, a page of a count that had begun. */
const TOOL_TAKES_MS = 10_000;
/** For so long a set is counted between two saves; a page that was begun comes on top. */
const COUNT_STEP_MS = 5_000;
/** By hand: the longest `Wait` comes before it. */
const HAND_TAKES_MS = 300_000 + TOOL_TAKES_MS;

/** A save may rest on a row that was read so long before it. */
const READ_BEFORE_MS = 10_000;

/** What somebody wrote into `command`. */
export interface Written {
  by: PlannedCommand['by'];
  wish?: Wish;
  /** From where a step counts, in the row as it was then. */
  place?: string;
  /** What `command` should be after the tool has written it. */
  expected?: Readonly<Record<string, unknown>>;
}

/** How long it took from a command until a plan, or an end, had taken it up. */
export interface TakeUp {
  by: PlannedCommand['by'];
  phase: string;
  afterMs: number;
}

/** A step that was accepted while the run was paused. */
interface StepSeen {
  events: number;
  stepTo: string;
  /** Events in their lanes when it was accepted. */
  releasedBefore: number;
  /** So many are still to be released by it: after a pause in a batch some are out already. */
  left: number;
}

/** What people wish is taken up: as they have written it, once, soon, and in every phase. */
export class CommandChecker {
  readonly takeUps: TakeUp[] = [];
  accepted = 0;
  readonly #scenario: Scenario;
  readonly #pace: PaceChecker;
  readonly #released: () => number;
  readonly #isIn: (id: string) => boolean;
  readonly #row: () => ReplayRow | undefined;
  /** Since when the row wishes what its plan has not taken up. */
  #pending: { sinceMs: number; by: PlannedCommand['by']; phase: string } | undefined;
  #step: StepSeen | undefined;
  /** Since when a field stands there that means nothing. */
  #badSinceMs = new Map<string, number>();
  #cancelled = false;
  #withoutDead = false;

  constructor(
    scenario: Scenario,
    pace: PaceChecker,
    lanes: { released(): number; isIn(id: string): boolean },
    row: () => ReplayRow | undefined,
  ) {
    this.#scenario = scenario;
    this.#pace = pace;
    this.#released = lanes.released;
    this.#isIn = lanes.isIn;
    this.#row = row;
  }

  /** Somebody has wished that the run ends. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Somebody has wished that the run goes on without its dead letters. */
  get withoutDead(): boolean {
    return this.#withoutDead;
  }

  written({ by, wish, place, expected }: Written, nowMs: number): void {
    const row = this.#row() as ReplayRow;
    demand(
      expected === undefined || isDeepStrictEqual(row.command, expected),
      'R7',
      () =>
        `to ${wish?.does} the tool writes ${JSON.stringify(row.command)}, not ${JSON.stringify(expected)}`,
    );
    const { wishes, bad } = readWishes(row.command);
    this.accepted++;
    this.#badSinceMs = new Map(bad.map((name) => [name, this.#badSinceMs.get(name) ?? nowMs]));
    this.#cancelled ||= wishes.cancelled === true;
    this.#withoutDead ||= wishes.onMissing === 'continue';
    const isPending = !areEqual(wishes, takenOf(row)) || wishes.cancelled === true;
    const wasPending = this.#pending !== undefined;
    if (!isPending) this.#pending = undefined;
    else if (!wasPending) this.#pending = { sinceMs: nowMs, by, phase: row.phase };
    else if (by === 'tool' && this.#pending?.by === 'hand')
      this.#pending = { sinceMs: nowMs, by, phase: row.phase };
    this.#step = undefined;
    if (wish?.does === 'step' && place !== undefined)
      this.#stepAccepted(row, wish.events, place, wishes.stepTo as string, wasPending);
  }

  #stepAccepted(row: ReplayRow, events: number, place: string, stepTo: string, wasPending: boolean): void {
    // Where it runs, or is about to, events come between.
    const isAtRest = row.phase === 'RELEASING' && row.plan?.pausedAtMs !== undefined && !wasPending;
    if (!isAtRest || !isUndisturbed(this.#scenario)) return;
    const from = this.#pace.countTo(place);
    const about = this.#pace.set.slice(from, this.#pace.countTo(stepTo));
    const most = this.#pace.set.length - from;
    demand(
      about.length === Math.min(events, most),
      'R7',
      () => `a step of ${events} is one of ${about.length}, and ${most} events are left`,
    );
    const left = about.filter(({ id }) => !this.#isIn(id)).length;
    this.#step = { events, stepTo, releasedBefore: this.#released(), left };
  }

  /** After every save that took effect, of whatever process. */
  saved(life: Life, changes: RowChanges, before: ReplayRow, nowMs: number, hostNowMs: number): void {
    const row = this.#row() as ReplayRow;
    const { plan, phase } = changes;
    const { wishes } = readWishes(before.command);
    const position = row.checkpoint?.position ?? '';
    demand(
      position >= (before.checkpoint?.position ?? ''),
      'R1',
      () => `the checkpoint goes back to ${position}`,
    );
    const isStep = [plan, phase, changes.checkpoint, changes.counting].some((each) => each !== undefined);
    demand(
      !isStep || wishes.cancelled !== true || phase === 'CANCELLED',
      'R7',
      () => `${Object.keys(changes).join(', ')} are saved, and somebody has cancelled the run`,
    );
    if (plan) this.#checkPlan(plan, wishes, phase, before, row, hostNowMs);
    if (plan || phase === 'CANCELLED') this.#pace.checkpointSaved(life, row, true);
    else if (changes.checkpoint) this.#pace.checkpointSaved(life, row, false);
    if (changes.resumeAtMs !== undefined && before.generation === row.generation && isStep)
      this.#checkWarnings(row, nowMs);
    if (this.#pending && ((plan && areEqual(wishes, takenOf(row))) || ENDED.includes(row.phase)))
      this.#tookUp(this.#pending, row, nowMs);
    if (plan) this.#checkStep(row);
  }

  #checkPlan(
    plan: NonNullable<RowChanges['plan']>,
    wishes: WishesSeen,
    phase: string | undefined,
    before: ReplayRow,
    row: ReplayRow,
    hostNowMs: number,
  ): void {
    const isBeginning = phase === 'RELEASING' && before.plan === undefined;
    const isNext = plan.n === (before.plan?.n ?? 0) + 1;
    demand(isNext || (isBeginning && plan.n === 0), 'R6', () => `plan ${plan.n} follows ${before.plan?.n}`);
    const { wishes: taken } = readWishes(plan.taken);
    demand(
      areEqual(taken, wishes),
      'R7',
      () => `a plan takes up ${JSON.stringify(taken)}, and the row wishes ${JSON.stringify(wishes)}`,
    );
    // A pause keeps the time of the plan before, which may be another host's, whose clock is ahead.
    const isOfBefore = plan.pausedAtMs !== undefined && plan.atMs === before.plan?.atMs;
    demand(
      isOfBefore || plan.atMs <= hostNowMs,
      'R6',
      () => `a plan is taken up at ${plan.atMs}, which is still to come`,
    );
    const { regime } = this.#pace;
    if (before.phase !== 'RELEASING' || !regime || row.phase !== 'RELEASING') return;
    const next = this.#pace.countTo(row.checkpoint?.position);
    const isPaused = plan.pausedAtMs !== undefined;
    demand(
      isPaused === regime.isHaltedBefore(next),
      'R7',
      () => `the run is ${isPaused ? '' : 'not '}paused before event ${next}, by ${JSON.stringify(wishes)}`,
    );
    const sinceMs = before.plan?.pausedAtMs;
    const isKept = !isPaused || sinceMs === undefined || sinceMs === plan.pausedAtMs;
    demand(isKept, 'R6', () => `a run that is paused since ${sinceMs} is paused since ${plan.pausedAtMs}`);
    const pace = { speed: speedOf(plan.speed), idleMs: idleMsOf(plan.idle) };
    const expected = isPaused ? before.plan : undefined;
    const { speed, idleMs } = expected
      ? { speed: speedOf(expected.speed), idleMs: idleMsOf(expected.idle) }
      : paceOf(wishes, this.#scenario.playback);
    demand(
      pace.speed === speed && pace.idleMs === idleMs,
      'R6',
      () => `a plan has the pace ${plan.speed}, ${plan.idle}`,
    );
  }

  /** What nobody can make sense of is named. */
  #checkWarnings({ warnings = [] }: ReplayRow, nowMs: number): void {
    if (!isUndisturbed(this.#scenario)) return;
    for (const [name, sinceMs] of this.#badSinceMs) {
      const isNamed = warnings.some(({ message }) => message.startsWith(`command.${name} `));
      const isOld = nowMs - sinceMs > READ_BEFORE_MS;
      demand(isNamed || !isOld, 'R7', () => `command.${name} is ignored, and nobody says so`);
    }
  }

  #tookUp(
    { sinceMs, by, phase }: { sinceMs: number; by: PlannedCommand['by']; phase: string },
    row: ReplayRow,
    nowMs: number,
  ): void {
    this.#pending = undefined;
    // What ended of itself has taken nothing up.
    if (ENDED.includes(row.phase) && row.phase !== 'CANCELLED') return;
    this.takeUps.push({ by, phase, afterMs: nowMs - sinceMs });
  }

  /** A step of n releases n events, less those that were out already. */
  #checkStep(row: ReplayRow): void {
    if (!this.#step || row.plan?.pausedAtMs === undefined) return;
    const { events, stepTo, releasedBefore, left } = this.#step;
    if (row.plan.taken.stepTo !== stepTo) return;
    this.#step = undefined;
    const released = this.#released() - releasedBefore;
    demand(
      released === left,
      'R7',
      () => `a step of ${events} released ${released} events, and ${left} of them were not out yet`,
    );
  }

  /** A step of a count that a command overtakes is made again, with the command in it. */
  #mostMs(by: PlannedCommand['by']): number {
    const pageMs = this.#scenario.counts?.pageMs ?? 0;
    const countingMs = pageMs === 0 ? 0 : 2 * (COUNT_STEP_MS + 2 * pageMs);
    return (by === 'tool' ? TOOL_TAKES_MS : HAND_TAKES_MS) + countingMs;
  }

  /** When a command by these people is to be taken up at the latest. */
  latestMs(by: PlannedCommand['by'], nowMs: number): number {
    return nowMs + this.#mostMs(by) + 1;
  }

  /** Asked at that time. */
  isDue(nowMs: number): void {
    if (!this.#pending || !isUndisturbed(this.#scenario)) return;
    const row = this.#row();
    // Before the release a plan begins with the options, which are read when the run is first looked at.
    if (!row?.options || ENDED.includes(row.phase)) return;
    const { sinceMs, by } = this.#pending;
    demand(
      nowMs - sinceMs <= this.#mostMs(by),
      'R7',
      () =>
        `${nowMs - sinceMs} ms after a command by ${by} it is not taken up: ${JSON.stringify(row.command)}`,
    );
  }

  /** When nothing happens any more: a run that goes on would go on. */
  atTheEnd(row: ReplayRow): void {
    if (ENDED.includes(row.phase)) return;
    demand(
      row.plan?.pausedAtMs !== undefined || row.abortedGeneration !== undefined || !this.#cancelled,
      'R7',
      () => `somebody has cancelled the run, and it is ${row.phase}`,
    );
  }
}

function takenOf({ plan }: ReplayRow): WishesSeen {
  return readWishes(plan?.taken).wishes;
}
