import type { SequencerInput } from '../../src/core/ports';
import type { SequenceAnswer } from '../../src/core/replay/call';
import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { StoredEvent } from '../fakes/event-buffer';
import type { LaneRecord } from '../fakes/lanes';
import type { MemorySequencerStarts } from '../fakes/sequencer-starts';
import { REPLAY } from '../support/events';
import { BackoffChecker } from './backoff-checker';
import { LaneChecker } from './lane-checker';
import { createOracle, idIn, type Oracle } from './oracle';
import type { Tables } from './protocol';
import type { Asked } from './rerun-plan';
import { RowChecker } from './row-checker';
import type { Scenario } from './scenario';
import type { Scheduler } from './scheduler';
import { SequencerChecker } from './sequencer-checker';
import { demand } from './verdict';

/** As after a cancellation of the first run. */
const CANCEL_NOTICED_MS = 75_000;

export interface RerunParts {
  scenario: Scenario;
  tables: Tables;
  starts: MemorySequencerStarts;
  /** The executions that run, of all runs. */
  running: readonly SequencerInput[];
  scheduler: Scheduler;
}

/** What holds of one rerun: R1 to R7, of what it was asked to release. */
export class RerunChecker {
  readonly run: string;
  readonly asked: Asked;
  readonly lanes: LaneChecker;
  readonly lives: SequencerChecker;
  readonly madeMs: number;
  endedMs = Number.POSITIVE_INFINITY;
  /** From the making of its row to the start of its release. */
  startsAfterMs: number | undefined;
  readonly #rows: RowChecker;
  readonly #backoffs: BackoffChecker;
  readonly #oracle: Oracle;
  readonly #tables: Tables;
  readonly #scenario: Scenario;
  readonly #scheduler: Scheduler;
  #cancelledMs: number | undefined;
  #isToEnd = false;

  constructor(run: string, asked: Asked, parts: RerunParts) {
    const { scenario, tables, starts, running, scheduler } = parts;
    this.run = run;
    this.asked = asked;
    this.madeMs = scheduler.nowMs;
    this.#scenario = scenario;
    this.#tables = tables;
    this.#scheduler = scheduler;
    this.#oracle = createOracle(scenario, tables, asked.playback);
    this.lanes = new LaneChecker(
      this.#oracle,
      () => this.included(),
      () => false,
    );
    this.lives = new SequencerChecker(scenario, starts);
    this.#rows = new RowChecker(scenario, running);
    this.#backoffs = new BackoffChecker(scenario);
  }

  get row(): ReplayRow | undefined {
    return this.#tables.replays.row(this.run);
  }

  /** The ids of what it is to release, by what was asked and by the two instants in its row. */
  included(): string[] {
    return [...this.#oracle.stored()].filter(([id, event]) => this.#includes(id, event)).map(([id]) => id);
  }

  #includes(id: string, { late, receivedAtMs }: StoredEvent): boolean {
    const { include } = this.asked;
    if (!this.#isWithin(id)) return false;
    if (!late) return include !== 'late';
    const { lateFromMs = Number.NEGATIVE_INFINITY, sealedAtMs = Number.NEGATIVE_INFINITY } = this.row ?? {};
    return include !== 'sealed' && receivedAtMs <= sealedAtMs && receivedAtMs > lateFromMs;
  }

  #isWithin(id: string): boolean {
    const plan = this.#oracle.plan(id);
    if (!plan) return false;
    /** Below nothing: before the place; 0: at it. */
    const compare = ({ second, event }: { second?: number; event?: string }) => {
      const other = event === undefined ? undefined : this.#oracle.plan(event);
      return other ? this.#oracle.order(plan, other) : plan.second - (second as number);
    };
    const { from, after, to } = this.asked;
    return (!from || compare(from) >= 0) && (!after || compare(after) > 0) && (!to || compare(to) < 0);
  }

  get #mayHaveExpired(): boolean {
    const untilMs = this.row?.retainedUntilMs ?? 0;
    return this.#scheduler.nowMs + this.#scenario.skewMs >= untilMs;
  }

  /** The row is what was asked for, from its beginning. */
  made(row: ReplayRow): void {
    const { asked } = this;
    const told = [row.set, row.include, row.from, row.after, row.to, row.consumers, row.phase];
    const { from, after, to } = asked.texts;
    const expected = [REPLAY, asked.include, from, after, to, asked.consumers, 'SEALED'];
    demand(
      JSON.stringify(told) === JSON.stringify(expected),
      'R5',
      () => `${this.run} is ${JSON.stringify(told)}, not ${JSON.stringify(expected)}`,
    );
  }

  rowSaved(changes: RowChanges, before: ReplayRow): void {
    this.#rows.saved(changes, before, this.#scheduler.nowMs);
    const isMoved =
      before.sealedAtMs !== undefined && (changes.sealedAtMs ?? before.sealedAtMs) !== before.sealedAtMs;
    demand(!isMoved, 'R5', () => `the instant up to which late events are in ${this.run} moves`);
    if (changes.counting) this.#checkCounting(changes.counting);
    if (changes.phase === 'RELEASING') {
      this.startsAfterMs ??= this.#scheduler.nowMs - this.madeMs;
      this.lanes.dueMs = this.#oracle.dueTimes(this.included(), changes.releaseStartedAtMs as number);
    }
    if (changes.phase === 'CANCELLED') this.cancelled();
    if (changes.phase === 'DONE' || changes.phase === 'FAILED') this.endedMs = this.#scheduler.nowMs;
    demand(
      !this.#isToEnd || changes.phase !== 'DONE',
      'R7',
      () => `somebody has cancelled ${this.run}, and it is DONE`,
    );
  }

  #checkCounting(counting: NonNullable<RowChanges['counting']>): void {
    if (this.#mayHaveExpired) return;
    for (const [bucket, { after, events, done }] of counting.entries()) {
      const part = this.#tables.buffer
        .storedIn(REPLAY, bucket)
        .filter((event) => this.#includes(idIn(event.json), event))
        .filter(({ position }) => done || (after !== undefined && position <= after));
      demand(
        events === part.length,
        'R1',
        () => `bucket ${bucket} of ${this.run} is counted as ${events}, and has ${part.length}`,
      );
    }
  }

  /** Somebody has wished it, with the tool: the sequencer takes it up. */
  toEnd(): void {
    this.#isToEnd = true;
  }

  cancelled(): void {
    this.#cancelledMs = this.#scheduler.nowMs;
    this.endedMs = this.#scheduler.nowMs;
  }

  answered(generation: number, answer: SequenceAnswer): void {
    this.#rows.answered(generation, answer, this.row);
    this.#backoffs.answered(generation, answer, this.row);
  }

  appended(record: LaneRecord, hostNowMs: number): void {
    const sinceMs = this.#scheduler.nowMs - (this.#cancelledMs ?? this.#scheduler.nowMs);
    // A host that stands still sees it when it goes on.
    const mayBeLate = this.#scenario.faults.standstill > 0;
    demand(
      mayBeLate || sinceMs <= CANCEL_NOTICED_MS,
      'R7',
      () => `an append ${sinceMs} ms after ${this.run} was cancelled`,
    );
    const isFor = JSON.stringify(record.consumers) === JSON.stringify(this.asked.consumers);
    demand(isFor, 'consumer', () => `${record.lane} is for ${record.consumers ?? 'all'}`);
    this.lanes.check(record, hostNowMs);
  }

  /** When nothing happens any more, until a person does something. */
  atRest(): void {
    const { row } = this;
    if (row) this.lives.atRest(row, true);
  }

  atTheEnd(): void {
    const { row } = this;
    demand(row !== undefined || this.#mayHaveExpired, 'R7', () => `${this.run} has no row`);
    if (!row) return;
    this.atRest();
    this.lives.atTheEnd(row);
    this.#rows.atTheEnd(row, this.#cancelledMs !== undefined);
    if (row.errorCode !== 'CountMismatch') this.lanes.checkBeginnings();
    if (row.phase !== 'DONE' || this.#mayHaveExpired) return;
    const { collected = 0, checkpoint } = row;
    const included = this.included();
    const missing = included.filter((id) => !this.lanes.has(id));
    demand(missing.length === 0, 'R1', () => `${missing.join(', ')} is in no lane of ${this.run}`);
    const released = checkpoint?.released ?? 0;
    demand(
      collected === included.length && released === included.length,
      'R1',
      () => `${this.run} counted ${collected}, released ${released}, and includes ${included.length}`,
    );
  }
}
