import type { Delivery, ReplayableEvent } from '../../src/consumer';
import { MAX_RETENTION_MS } from '../../src/core/limits';
import type { AppendOutcome, BufferKey, LaneEvent, SequencerInput } from '../../src/core/ports';
import type { SequenceAnswer } from '../../src/core/replay/call';
import type { RunHistory } from '../../src/core/replay/history';
import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import type { LaneRecord } from '../fakes/lanes';
import type { MemorySequencerStarts } from '../fakes/sequencer-starts';
import { REPLAY } from '../support/events';
import { BackoffChecker } from './backoff-checker';
import { CommandChecker, type Written } from './command-checker';
import { CONSUMER, ConsumerChecker } from './consumer-checker';
import { CountChecker } from './count-checker';
import { createEndChecker } from './end-checker';
import { isCalm } from './faults';
import { HistoryChecker } from './history-checker';
import { LaneChecker } from './lane-checker';
import type { Life } from './life';
import { MemoryChecker } from './memory-checker';
import { createOracle } from './oracle';
import { PaceChecker } from './pace-checker';
import type { Tables } from './protocol';
import { longestRequestMs } from './request-time';
import { RerunCheckers } from './rerun-checkers';
import { RowChecker } from './row-checker';
import { isUnpromised, type Scenario, type SketchPlan } from './scenario';
import type { Scheduler } from './scheduler';
import { SequencerChecker, warnsOfAbort } from './sequencer-checker';
import { checkTally } from './tally-checker';
import type { Trace } from './trace';
import { TypingChecker } from './typing-checker';
import { demand, type Invariant, Verdict } from './verdict';

/** After a cancellation was written to the row, the walk looks at it within a second; then its appends end. */
const LOOK_EVERY_MS = 1_000;

const ENDED: readonly string[] = ['DONE', 'CANCELLED', 'FAILED'];

const isOfFirstRun = (lane: string) => lane.startsWith(`${REPLAY}#`);

/**
 * What must hold, checked after every step that could break it and at the end. The checkers know the scenario and the
 * tables, not the code.
 */
export function createCheckers(parts: {
  scenario: Scenario;
  settings: Settings;
  tables: Tables;
  starts: MemorySequencerStarts;
  /** The executions that run. */
  running: readonly SequencerInput[];
  scheduler: Scheduler;
  trace: Trace;
}) {
  const { scenario, settings, tables, scheduler, trace, running } = parts;
  const verdict = new Verdict(scheduler, trace);
  const oracle = createOracle(scenario, tables);
  const lanes = new LaneChecker(oracle, oracle.inTheSet, isUnpromised);
  const reruns = new RerunCheckers({ scenario, tables, starts: parts.starts, running, scheduler });
  let checked = 0;
  const consumer = new ConsumerChecker(tables, CONSUMER);
  const counts = new CountChecker(scenario, scheduler, settings);
  const rows = new RowChecker(scenario, running);
  const lives = new SequencerChecker(scenario, parts.starts);
  const backoffs = new BackoffChecker(scenario);
  const typing = new TypingChecker(scenario);
  const histories = new HistoryChecker();
  const rowNow = () => tables.replays.row(REPLAY);
  const hasCommands = scenario.commands !== undefined;
  const pace = new PaceChecker(scenario, (id) => lanes.has(id), rowNow);
  const commands = new CommandChecker(
    scenario,
    pace,
    { released: () => lanes.count, isIn: (id) => lanes.has(id) },
    rowNow,
  );
  /** The ids of what came in time, also after it has expired. */
  const storedInTime = new Set<string>();
  const memories = new WeakMap<Life, MemoryChecker>();
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
  let isCancelledThere = false;
  let isToldCancelled = false;

  /**
   * The seal promises that the set is complete, so that the same events give the same lanes. With `onMissing=continue`
   * dead letters are left out, and those that are redriven on the seal come in or come late.
   */
  function checkSeal(): void {
    const stored = oracle.stored();
    const excused =
      scenario.onMissing === 'continue' || commands.withoutDead ? new Set(everDead) : new Set<string>();
    for (const plan of scenario.events) if (isUnpromised(plan)) excused.add(plan.id);
    const lost = [...accepted].filter((id) => !stored.has(id) && !purged.has(id) && !excused.has(id));
    demand(lost.length === 0, 'R5', () => `sealed without ${lost.join(', ')}, still on the way`);
  }

  function checkCancelled(): void {
    if (cancelledMs === undefined) return;
    const noticedMs = LOOK_EVERY_MS + 2 * longestRequestMs(scenario);
    const sinceMs = scheduler.nowMs - cancelledMs;
    demand(
      sinceMs <= noticedMs,
      'R7',
      () => `an append ${sinceMs} ms after somebody had cancelled the release`,
    );
  }

  const livesOf = ({ replay }: SequencerInput) => reruns.of(replay)?.lives ?? lives;

  function checkAppend(record: LaneRecord, hostNowMs: number): void {
    const run = record.lane.slice(0, record.lane.indexOf('#'));
    if (run !== REPLAY) {
      const rerun = reruns.of(run);
      demand(rerun !== undefined, 'R5', () => `nobody has asked for a run with the lane ${record.lane}`);
      rerun.appended(record, hostNowMs);
      return;
    }
    checkCancelled();
    typing.appended(scheduler.nowMs);
    lanes.check(record, hostNowMs);
  }

  return {
    fail: (invariant: Invariant, what: string) => verdict.fail(invariant, what),
    reruns,
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
    answered({ replay, generation }: SequencerInput, answer: SequenceAnswer): void {
      if (replay !== REPLAY) {
        verdict.check(() => reruns.of(replay)?.answered(generation, answer));
        return;
      }
      const row = tables.replays.row(REPLAY);
      verdict.check(() => rows.answered(generation, answer, row));
      verdict.check(() => backoffs.answered(generation, answer, row));
    },
    /** A call of `sequence` that has neither died nor hung, at its timeout. */
    killed: () => verdict.check(() => lives.killed()),
    /** `collect` or the healer starts a sequencer. */
    starts: (input: SequencerInput) =>
      verdict.check(() => livesOf(input).starts(input, scheduler.nowMs - beganMs)),
    /** Somebody starts one, or an execution goes on as it. */
    startsOtherwise: (input: SequencerInput, byHand: boolean) => livesOf(input).note(input, byHand),
    /** What a new process holds. */
    memoryOf(life: Life): Pick<MemoryChecker, 'reads' | 'appends'> {
      const memory = new MemoryChecker(settings.buckets);
      memories.set(life, memory);
      return {
        reads: (...page) => verdict.check(() => memory.reads(...page)),
        appends: (events, outcome) => memory.appends(events, outcome),
      };
    },
    /** A call of `sequence`. */
    callBegins(life: Life, generation: number): void {
      memories.get(life)?.startsOver();
      if (hasCommands) pace.callBegins(life, generation, scheduler.nowMs);
    },
    /** Somebody has written into `command`. */
    commanded(written: Written): void {
      const { nowMs } = scheduler;
      verdict.check(() => commands.written(written, nowMs));
      scheduler.at(commands.latestMs(written.by, nowMs) - nowMs, () =>
        verdict.check(() => commands.isDue(scheduler.nowMs)),
      );
    },
    get commands() {
      return { accepted: commands.accepted, takeUps: commands.takeUps };
    },
    purged: (id: string) => purged.add(id),
    dead: (id: string) => everDead.add(id),
    cancelled(): void {
      cancelledMs = scheduler.nowMs;
    },

    /** In EventBridge, by somebody's tool. */
    cancelledThere(): void {
      isCancelledThere = true;
    },
    /** The tool tells somebody that the run is cancelled. */
    tellsCancelled(isSending: boolean): void {
      isToldCancelled = true;
      verdict.check(() =>
        demand(!isSending, 'R7', () => 'the tool says that the run is cancelled, and EventBridge sends on'),
      );
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

    rerunMade: (row: ReplayRow) => verdict.check(() => reruns.made(row)),
    rerunGot: (who: number, run: string) => verdict.check(() => reruns.got(who, run)),
    rerunRefused: (who: number, code: string, name: string | undefined) =>
      verdict.check(() => reruns.refused(who, code, name)),

    rowSaved(life: Life, replay: string, changes: RowChanges, before: ReplayRow): void {
      if (replay !== REPLAY) {
        verdict.check(() => reruns.of(replay)?.rowSaved(changes, before));
        return;
      }
      const { dead, counting, plan, phase } = changes;
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
      if (phase === 'RELEASING') {
        lanes.dueMs = oracle.dueTimes(oracle.inTheSet(), changes.releaseStartedAtMs as number);
        lanes.isPacedByPlans = hasCommands;
      }
      if (!hasCommands) return;
      const { nowMs } = scheduler;
      const { speed, idleMs } = scenario.playback;
      const options = { speed, idleMs };
      const standing = rowNow()?.plan;
      if (phase === 'RELEASING' && standing)
        pace.opens(oracle.setInOrder(), standing, options, changes.releaseStartedAtMs as number, nowMs);
      else if (plan && before.phase === 'RELEASING') {
        const covered = pace.countTo(rowNow()?.checkpoint?.position);
        pace.planSaved(life, plan, options, covered, nowMs);
      }
      if (phase && ENDED.includes(phase)) pace.ended(nowMs);
      verdict.check(() => commands.saved(life, changes, before, nowMs, life.clock.now()));
    },

    readsBuffer(): void {
      if (sealedMs !== undefined) dwellMs ??= scheduler.nowMs - sealedMs;
      verdict.check(() =>
        demand(sealedMs !== undefined, 'R6', () => 'the buffer is read for release before the seal'),
      );
    },

    historyWritten: (run: string, history: RunHistory & { writtenAtMs: number }) =>
      verdict.check(() => histories.written(run, history)),

    /** The row says that somebody has aborted its sequencer: to sequencers, or to a person. */
    isAborted(replay: string): boolean {
      const row = tables.replays.row(replay);
      const isMarked = row?.abortedGeneration !== undefined && row.abortedGeneration >= row.generation;
      return isMarked || (row !== undefined && warnsOfAbort(row));
    },
    callsPerson: () => verdict.check(() => lives.callsPerson()),
    appends(life: Life, lane: string, knowsOfAbort: boolean, events: readonly LaneEvent[]): void {
      verdict.check(() => {
        lives.appends(knowsOfAbort);
        if (!hasCommands || !isOfFirstRun(lane)) return;
        const positions = events.map(({ position }) => position);
        pace.begins(life, positions, scheduler.nowMs, life.clock.now());
      });
    },
    /** An append has come back to the process that asked for it. */
    hasAppended(life: Life, lane: string, events: readonly LaneEvent[], outcome: AppendOutcome): void {
      if (!hasCommands || !isOfFirstRun(lane) || outcome !== 'appended') return;
      pace.appended(
        life,
        events.map(({ position }) => position),
      );
    },

    /** After every append that took effect; by the clock of the host that did it. */
    appended(hostNowMs: number): void {
      verdict.check(() => {
        const { log } = tables.lanes;
        while (checked < log.length) checkAppend(log[checked++] as LaneRecord, hostNowMs);
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
      for (const run of reruns.all) verdict.check(() => run.atRest());
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
        rows.atTheEnd(row, cancelledMs !== undefined || commands.cancelled || isCancelledThere);
        demand(
          !isToldCancelled || row.phase !== 'DONE',
          'R7',
          () => 'the tool says that the run is cancelled, and it is DONE',
        );
        commands.atTheEnd(row);
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
        // SEALED is saved before the row says since when.
        if (row.phase !== 'DONE' && sealedMs === undefined) counts.endedBeforeTheSeal();
        if (row.errorCode !== 'CountMismatch') lanes.checkBeginnings();
        reruns.atTheEnd();
        consumer.atTheEnd(scenario);
      });
    },
  };
}

export type Checkers = ReturnType<typeof createCheckers>;
