import type { Delivery, ReplayableEvent } from '../../src/consumer';
import { MAX_RETENTION_MS } from '../../src/core/limits';
import type { BufferKey, SequencerInput } from '../../src/core/ports';
import type { RunHistory } from '../../src/core/replay/history';
import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { SequenceAnswer } from '../../src/core/replay/sequence';
import type { Settings } from '../../src/core/settings';
import type { MemorySequencerStarts } from '../fakes/sequencer-starts';
import { REPLAY } from '../support/events';
import { BackoffChecker } from './backoff-checker';
import { ConsumerChecker } from './consumer-checker';
import { CountChecker } from './count-checker';
import { createEndChecker } from './end-checker';
import { isCalm } from './faults';
import { HistoryChecker } from './history-checker';
import { LaneChecker } from './lane-checker';
import { MemoryChecker } from './memory-checker';
import { createOracle } from './oracle';
import type { Tables } from './protocol';
import { RowChecker } from './row-checker';
import { isUnpromised, type Scenario, type SketchPlan } from './scenario';
import type { Scheduler } from './scheduler';
import { SequencerChecker } from './sequencer-checker';
import { checkTally } from './tally-checker';
import type { Trace } from './trace';
import { TypingChecker } from './typing-checker';
import { demand, type Invariant, Verdict } from './verdict';

/** After a cancellation was written to the row, the walk may be in one wait (10 s) and one append. */
const CANCEL_NOTICED_MS = 25_000;
/** An append of four attempts that each wait in their sender and lose their answer. */
const SLOW_APPEND_MS = 50_000;

/**
 * What must hold, checked after every step that could break it and at the end. The checkers know the scenario and the
 * tables, not the code.
 */
export function createCheckers(parts: {
  scenario: Scenario;
  settings: Settings;
  tables: Tables;
  starts: MemorySequencerStarts;
  /** The generations of the executions that run. */
  running: readonly number[];
  scheduler: Scheduler;
  trace: Trace;
}) {
  const { scenario, settings, tables, scheduler, trace, running } = parts;
  const verdict = new Verdict(scheduler, trace);
  const oracle = createOracle(scenario, tables);
  const lanes = new LaneChecker(tables, oracle);
  const consumer = new ConsumerChecker(tables);
  const counts = new CountChecker(scenario, scheduler, settings);
  const rows = new RowChecker(scenario, running);
  const lives = new SequencerChecker(scenario, parts.starts);
  const backoffs = new BackoffChecker(scenario);
  const typing = new TypingChecker(scenario);
  const histories = new HistoryChecker();
  /** The ids of what came in time, also after it has expired. */
  const storedInTime = new Set<string>();
  let guardMs: number | undefined;
  const accepted = new Set<string>();
  const purged = new Set<string>();
  const ends = createEndChecker({ scenario, settings, scheduler, oracle, lanes, counts, accepted, purged });
  const everDead = new Set<string>();
  const beganMs = scheduler.nowMs;
  /** What comes against all promises may change the set when it is sealed, and so may the time to live. */
  const isFixed = !scenario.events.some(isUnpromised) && scenario.settings.retentionMs === undefined;
  let completedMs: number | undefined;
  let releaseAfterMs: number | undefined;
  let sealedMs: number | undefined;
  let dwellMs: number | undefined;
  let cancelledMs: number | undefined;

  /**
   * The seal promises that the set is complete, so that the same events give the same lanes. With `onMissing=continue`
   * dead letters are left out, and those that are redriven on the seal come in or come late.
   */
  function checkSeal(): void {
    const stored = oracle.stored();
    const excused = scenario.onMissing === 'continue' ? new Set(everDead) : new Set<string>();
    for (const plan of scenario.events) if (isUnpromised(plan)) excused.add(plan.id);
    const lost = [...accepted].filter((id) => !stored.has(id) && !purged.has(id) && !excused.has(id));
    demand(lost.length === 0, 'R5', () => `sealed without ${lost.join(', ')}, still on the way`);
  }

  function checkCancelled(): void {
    if (cancelledMs === undefined) return;
    const noticedMs = CANCEL_NOTICED_MS + (scenario.faults.slowRequest > 0 ? SLOW_APPEND_MS : 0);
    const sinceMs = scheduler.nowMs - cancelledMs;
    demand(
      sinceMs <= noticedMs,
      'R7',
      () => `an append ${sinceMs} ms after somebody had cancelled the release`,
    );
  }

  return {
    fail: (invariant: Invariant, what: string) => verdict.fail(invariant, what),
    get violation() {
      return verdict.violation;
    },
    get phases() {
      return rows.phases;
    },
    get warned() {
      return rows.warned;
    },
    get answers() {
      return rows.answers;
    },
    /** From the write of SEALED to the first read for release. */
    get dwellMs() {
      return dwellMs;
    },
    /** From the moment at which EventBridge completed the replay to the start of the release. */
    get releaseAfterMs() {
      return releaseAfterMs;
    },
    completed(): void {
      completedMs = scheduler.nowMs;
    },
    accepted: (plan: SketchPlan) => accepted.add(plan.id),
    delivered: () => counts.delivered(),
    answered(generation: number, answer: SequenceAnswer): void {
      const row = tables.replays.row(REPLAY);
      verdict.check(() => rows.answered(generation, answer, row));
      verdict.check(() => backoffs.answered(generation, answer, row));
    },
    /** A call of `sequence` that has neither died nor hung, at its timeout. */
    killed: () => verdict.check(() => lives.killed()),
    /** `collect` or the healer starts a sequencer. */
    starts: (input: SequencerInput) => verdict.check(() => lives.starts(input, scheduler.nowMs - beganMs)),
    /** Somebody starts one, or an execution goes on as it. */
    startsOtherwise: (input: SequencerInput, byHand: boolean) => lives.note(input, byHand),
    /** What a new process holds. */
    memoryOf(): Pick<MemoryChecker, 'startsOver' | 'reads' | 'appends'> {
      const memory = new MemoryChecker(settings.buckets);
      return {
        startsOver: () => memory.startsOver(),
        reads: (events) => verdict.check(() => memory.reads(events)),
        appends: (events, outcome) => memory.appends(events, outcome),
      };
    },
    purged: (id: string) => purged.add(id),
    dead: (id: string) => everDead.add(id),
    cancelled(): void {
      cancelledMs = scheduler.nowMs;
    },

    typed: (isStanding: () => boolean) => typing.typed(isStanding, rows.answers, scheduler.nowMs),
    corrects(): void {
      const row = tables.replays.row(REPLAY) as ReplayRow;
      verdict.check(() => typing.corrects(row, rows.answers));
    },

    storedInTime: (id: string) => storedInTime.add(id),

    /** R1: none is gone before the row says so; clocks differ. */
    expires(position: string, expiresAtMs: number): void {
      const { retainedUntilMs: untilMs } = tables.replays.row(REPLAY) as ReplayRow;
      // Somebody may type another one.
      if (guardMs === undefined && Number(untilMs) <= scheduler.nowMs + MAX_RETENTION_MS + 60_000)
        guardMs = untilMs;
      if (guardMs === undefined) return;
      const soonerMs = guardMs - scenario.skewMs - 1_000 - expiresAtMs;
      verdict.check(() =>
        demand(soonerMs <= 0, 'R1', () => `${position} expires ${soonerMs} ms before its row says`),
      );
    },

    /** R5: what comes before the seal belongs to the set. */
    storedAsLate({ position }: BufferKey): void {
      const phase = tables.replays.row(REPLAY)?.phase;
      const isOpen = phase === 'COLLECTING' || phase === 'INCOMPLETE';
      verdict.check(() => demand(!isOpen, 'R5', () => `${position} is late, and the set is not sealed`));
    },

    letterComes: (messageId: string) => counts.letterComes(messageId),
    letterGoes: (messageId: string) => counts.letterGoes(messageId),
    findsUncounted: (isThereAlready: boolean) => counts.findsUncounted(isThereAlready),
    countsLate: () => verdict.check(() => counts.counts()),
    tellsLate: () => verdict.check(() => counts.tells()),

    rowSaved(changes: RowChanges, before: ReplayRow): void {
      const { dead, counting } = changes;
      verdict.check(() => rows.saved(changes, before, scheduler.nowMs));
      if (counting && isFixed) {
        verdict.check(() => counts.countingSaved(counting, (n) => tables.buffer.storedIn(REPLAY, n)));
      }
      if (dead !== undefined) verdict.check(() => counts.deadSaved(dead));
      if (changes.phase === 'SEALED' && sealedMs === undefined) {
        sealedMs = scheduler.nowMs;
        verdict.check(checkSeal);
      }
      if (changes.phase === 'RELEASING' && completedMs !== undefined) {
        releaseAfterMs ??= scheduler.nowMs - completedMs;
      }
      if (changes.phase === 'RELEASING') lanes.dueMs = oracle.dueTimes(changes.releaseStartedAtMs as number);
    },

    readsBuffer(): void {
      if (sealedMs !== undefined) dwellMs ??= scheduler.nowMs - sealedMs;
      verdict.check(() =>
        demand(sealedMs !== undefined, 'R6', () => 'the buffer is read for release before the seal'),
      );
    },

    historyWritten: (history: RunHistory & { writtenAtMs: number }) =>
      verdict.check(() => histories.written(history)),

    /** The row says that somebody has aborted its sequencer. */
    isAborted(): boolean {
      const row = tables.replays.row(REPLAY);
      return row?.abortedGeneration !== undefined && row.abortedGeneration >= row.generation;
    },
    appends: (knowsOfAbort: boolean) => verdict.check(() => lives.appends(knowsOfAbort)),

    /** After every append that took effect; by the clock of the host that did it. */
    appended(hostNowMs: number): void {
      verdict.check(() => {
        checkCancelled();
        typing.appended(scheduler.nowMs);
        lanes.check(hostNowMs);
      });
    },

    consumerBegins(delivery: Delivery, event: ReplayableEvent): void {
      verdict.check(() => consumer.begins(delivery, event));
    },

    consumerHandled: (delivery: Delivery) => consumer.handled(delivery),

    /** When nothing happens, until a person does something. */
    atRest(): void {
      const row = tables.replays.row(REPLAY);
      if (row) verdict.check(() => lives.atRest(row, accepted.size > 0));
      const isRefusedOnly = everDead.size > 0 && scenario.events.every(({ bad, cursed }) => bad && !cursed);
      // A table that refuses for longer than the events are tried has no row.
      if (!isRefusedOnly || !isCalm(scenario) || scenario.refuses) return;
      verdict.check(() =>
        demand(row !== undefined, 'R7', () => 'events are dead letters, and there is no row'),
      );
    },

    /** When nothing happens any more. `dead` are the events in the dead-letter queue. */
    atTheEnd(dead: ReadonlySet<string>): void {
      verdict.check(() => {
        const row = tables.replays.row(REPLAY);
        demand(
          row !== undefined || oracle.stored().size === 0,
          'R7',
          () => 'events are stored without a row',
        );
        ends.checkOutcomes(row, dead);
        if (!row) return;
        lives.atRest(row, accepted.size > 0);
        lives.atTheEnd(row);
        rows.atTheEnd(row, cancelledMs !== undefined);
        if (row.phase === 'DONE') {
          ends.checkCounts(row, dead);
          if (isFixed && !scenario.typing) checkTally(row, tables);
          histories.atTheEnd(row);
          const { collected = 0 } = row;
          demand(
            collected >= storedInTime.size,
            'R1',
            () => `DONE with ${collected} of ${storedInTime.size} events that came in time`,
          );
        }
        if (row.phase !== 'DONE' && row.sealedAtMs === undefined) counts.endedBeforeTheSeal();
        if (row.errorCode !== 'CountMismatch') lanes.checkBeginnings();
        consumer.atTheEnd(lanes.ends, scenario);
      });
    },
  };
}

export type Checkers = ReturnType<typeof createCheckers>;
