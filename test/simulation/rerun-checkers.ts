import type { ReplayRow } from '../../src/core/replay/row';
import type { StoredEvent } from '../fakes/event-buffer';
import { REPLAY } from '../support/events';
import { idIn } from './oracle';
import { RerunChecker, type RerunParts } from './rerun-checker';
import type { Asked } from './rerun-plan';
import { demand } from './verdict';

interface Request {
  asked: Asked;
  askedMs: number;
  /** The set was sealed and counted. */
  wasCounted: boolean;
  run?: string;
}

/** All reruns of a scenario, and those who ask for them. */
export class RerunCheckers {
  readonly #runs = new Map<string, RerunChecker>();
  /** By those who ask. */
  readonly #requests = new Map<number, Request>();
  readonly refusals: string[] = [];
  readonly #parts: RerunParts;

  constructor(parts: RerunParts) {
    this.#parts = parts;
  }

  of(run: string): RerunChecker | undefined {
    return this.#runs.get(run);
  }

  get all(): RerunChecker[] {
    return [...this.#runs.values()];
  }

  /** @param requestId Begins with the number of who asks. */
  asks(who: number, asked: Asked): void {
    const { tables, scheduler } = this.#parts;
    const wasCounted = tables.replays.row(REPLAY)?.collected !== undefined;
    this.#requests.set(who, { asked, askedMs: scheduler.nowMs, wasCounted });
  }

  /** A row of a rerun is there. */
  made(row: ReplayRow): void {
    const who = Number(row.requestId?.split(' ')[0]);
    const request = this.#requests.get(who);
    demand(request !== undefined, 'R5', () => `nobody has asked for ${row.replay}`);
    const there = this.#runs.get(row.replay);
    demand(there === undefined, 'R4', () => `the row of ${row.replay} is made twice`);
    const twice = request.run !== undefined && request.run !== row.replay;
    demand(!twice, 'R4', () => `${row.replay} is made for who has asked for ${request.run}`);
    request.run = row.replay;
    const checker = new RerunChecker(row.replay, request.asked, this.#parts);
    this.#runs.set(row.replay, checker);
    checker.made(row);
  }

  /** Somebody is told the name of their run. */
  got(who: number, run: string): void {
    const request = this.#requests.get(who) as Request;
    // Somebody else may have been first under the name that was told, with the same wish.
    const isSame = JSON.stringify(this.of(run)?.asked) === JSON.stringify(request.asked);
    demand(request.run === run || isSame, 'R4', () => `${run} is told to who has asked for ${request.run}`);
  }

  /** Why may somebody be told that there cannot be another run? */
  refused(who: number, code: string, name: string | undefined): void {
    this.refusals.push(code);
    const { scenario, tables, scheduler } = this.#parts;
    const { asked, askedMs, wasCounted } = this.#requests.get(who) as Request;
    const row = tables.replays.row(REPLAY);
    const isTyped = scenario.typing !== undefined || scenario.rowBefore !== undefined;
    const isOver = scheduler.nowMs + scenario.skewMs >= (row?.retainedUntilMs ?? 0);
    const isLateUnderWay =
      asked.include === 'late' &&
      this.all.some(
        (run) => run.asked.include !== 'sealed' && run.endedMs >= askedMs && run.madeMs <= scheduler.nowMs,
      );
    const isTaken = name !== undefined && this.of(name) !== undefined;
    demand(
      !wasCounted || isTyped || isOver || isLateUnderWay || isTaken || code === 'PlaybackOutlivesRetention',
      'R7',
      () => `another run is refused with ${code}, and nothing is in its way`,
    );
  }

  atTheEnd(): void {
    for (const run of this.all) run.atTheEnd();
    this.#checkLateRuns();
  }

  /** Whole runs of late events leave nothing out between them, and have nothing twice. */
  #checkLateRuns(): void {
    const { tables, scenario, scheduler } = this.#parts;
    const isOver = scheduler.nowMs + scenario.skewMs >= (tables.replays.row(REPLAY)?.retainedUntilMs ?? 0);
    if (isOver) return;
    const late = tables.buffer.stored(REPLAY).filter((event) => event.late);
    const isWhole = ({ asked: { include, from, after, to } }: RerunChecker) =>
      include !== 'sealed' && !from && !after && !to;
    const done = this.all.filter((run) => run.row?.phase === 'DONE' && isWhole(run));
    for (const run of done) {
      const { consumers } = run.asked;
      const before = done.filter(
        ({ asked }) => !asked.consumers || consumers?.every((name) => asked.consumers?.includes(name)),
      );
      const upToMs = run.row?.sealedAtMs as number;
      const has = ({ json }: StoredEvent) => before.some(({ lanes }) => lanes.has(idIn(json)));
      const left = late.filter((event) => event.receivedAtMs <= upToMs && !has(event));
      demand(
        left.length === 0,
        'R1',
        () => `late runs up to ${run.run} leave out ${left.map(({ position }) => position)}`,
      );
    }
    const forAll = done.filter(({ asked }) => asked.include === 'late' && !asked.consumers);
    for (const { json } of late) {
      const runs = forAll.filter(({ lanes }) => lanes.has(idIn(json)));
      demand(runs.length <= 1, 'R4', () => `${idIn(json)} is in the late runs ${runs.map(({ run }) => run)}`);
    }
  }

  /** What they came to. */
  get outcomes() {
    return this.all.map(({ run, row, asked, lanes, startsAfterMs }) => ({
      run,
      phase: row?.phase,
      include: asked.include,
      released: lanes.appended.size,
      startsAfterMs,
    }));
  }
}

export type RerunOutcome = RerunCheckers['outcomes'][number];
