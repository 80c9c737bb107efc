import type { Delivery, ReplayableEvent } from '../../src/consumer';
import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import { REPLAY } from '../support/events';
import { ConsumerChecker } from './consumer-checker';
import { CountChecker } from './count-checker';
import { LaneChecker } from './lane-checker';
import { createOracle } from './oracle';
import type { Tables } from './protocol';
import type { Scenario, SketchPlan } from './scenario';
import type { Scheduler } from './scheduler';
import type { Trace } from './trace';
import { demand, type Invariant, Verdict } from './verdict';

/** After a cancellation was written to the row, the walk may be in one wait (10 s) and one append. */
const CANCEL_NOTICED_MS = 25_000;
/** An append of four attempts that each wait in their sender and lose their answer. */
const SLOW_APPEND_MS = 50_000;
const ENDED: readonly string[] = ['DONE', 'CANCELLED', 'FAILED'];

/**
 * What must hold, checked after every step that could break it and at the end. The checkers know the scenario and the
 * tables, not the code.
 */
export function createCheckers(parts: {
  scenario: Scenario;
  settings: Settings;
  tables: Tables;
  scheduler: Scheduler;
  trace: Trace;
}) {
  const { scenario, settings, tables, scheduler, trace } = parts;
  const verdict = new Verdict(scheduler, trace);
  const oracle = createOracle(scenario, tables);
  const lanes = new LaneChecker(tables, oracle);
  const consumer = new ConsumerChecker(tables);
  const counts = new CountChecker(scheduler, settings.queueMetadataMs);
  const accepted = new Set<string>();
  const purged = new Set<string>();
  const everDead = new Set<string>();
  let isSealed = false;
  let cancelledMs: number | undefined;

  /**
   * The seal promises that the set is complete, so that the same events give the same lanes. With `onMissing=continue`
   * dead letters are left out, and those that are redriven on the seal come in or come late.
   */
  function checkSeal(): void {
    const stored = oracle.stored();
    const excused = scenario.onMissing === 'continue' ? everDead : new Set<string>();
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

  /** R1: every event is in exactly one place. */
  function checkOutcomes(isDone: boolean, dead: ReadonlySet<string>): void {
    const stored = oracle.stored();
    for (const id of accepted) {
      const kept = stored.get(id);
      demand(kept !== undefined || dead.has(id) || purged.has(id), 'R1', () => `${id} is lost`);
      if (!kept || !isDone) continue;
      demand(kept.late || lanes.has(id), 'R1', () => `${id} is in no lane, and not late`);
      demand(!kept.late || !lanes.has(id), 'R1', () => `${id} is in a lane, and late`);
    }
  }

  function checkEnding({ phase, reason }: ReplayRow): void {
    demand(ENDED.includes(phase), 'R7', () => `the replay is ${phase}, and nobody goes on`);
    demand(phase !== 'FAILED' || scenario.replay === 'fails', 'R1', () => `the replay is FAILED: ${reason}`);
    const isCancelled = scenario.replay === 'isCancelled' || cancelledMs !== undefined;
    demand(phase !== 'CANCELLED' || isCancelled, 'R7', () => 'the replay is CANCELLED, and nobody did it');
  }

  /** R1: every outcome is counted. */
  function checkCounts(row: ReplayRow, dead: ReadonlySet<string>): void {
    const stored = [...oracle.stored()];
    const set = stored.filter(([, { late }]) => !late).length;
    const released = row.checkpoint?.released ?? 0;
    demand(
      row.collected === set && released === set,
      'R1',
      () => `${row.collected} counted, ${released} released, ${set} in the set`,
    );
    // A late event whose counting failed has its message in the dead-letter queue, and is counted when that returns.
    const late = stored.filter(([id, each]) => each.late && !dead.has(id));
    demand(row.late >= late.length, 'R1', () => `${late.length} are late, ${row.late} counted`);
    const unmarked = late.filter(([, { lateCounted }]) => !lateCounted).map(([id]) => id);
    demand(unmarked.length === 0, 'R1', () => `${unmarked.join(', ')} would be counted again`);
  }

  return {
    fail: (invariant: Invariant, what: string) => verdict.fail(invariant, what),
    get violation() {
      return verdict.violation;
    },
    accepted: (plan: SketchPlan) => accepted.add(plan.id),
    purged: (id: string) => purged.add(id),
    dead: (id: string) => everDead.add(id),
    cancelled(): void {
      cancelledMs = scheduler.nowMs;
    },

    letterComes: (messageId: string) => counts.letterComes(messageId),
    letterGoes: (messageId: string) => counts.letterGoes(messageId),
    findsUncounted: () => counts.findsUncounted(),
    countsLate: () => verdict.check(() => counts.counts()),

    rowSaved(changes: RowChanges): void {
      const { dead } = changes;
      if (dead !== undefined) verdict.check(() => counts.deadSaved(dead));
      if (changes.phase === 'SEALED' && !isSealed) {
        isSealed = true;
        verdict.check(checkSeal);
      }
      if (changes.phase === 'RELEASING') lanes.dueMs = oracle.dueTimes(changes.releaseStartedAtMs as number);
    },

    readsBuffer(): void {
      verdict.check(() => demand(isSealed, 'R6', () => 'the buffer is read for release before the seal'));
    },

    /** After every append that took effect; by the clock of the host that did it. */
    appended(hostNowMs: number): void {
      verdict.check(() => {
        checkCancelled();
        lanes.check(hostNowMs);
      });
    },

    consumerBegins(delivery: Delivery, event: ReplayableEvent): void {
      verdict.check(() => consumer.begins(delivery, event));
    },

    consumerHandled: (delivery: Delivery) => consumer.handled(delivery),

    /** When nothing happens any more. `dead` are the events in the dead-letter queue. */
    atTheEnd(dead: ReadonlySet<string>): void {
      verdict.check(() => {
        const row = tables.replays.row(REPLAY);
        const isDone = row?.phase === 'DONE';
        demand(
          row !== undefined || oracle.stored().size === 0,
          'R7',
          () => 'events are stored without a row',
        );
        checkOutcomes(isDone, dead);
        if (!row) return;
        checkEnding(row);
        if (isDone) checkCounts(row, dead);
        consumer.atTheEnd(lanes.ends, scenario);
      });
    },
  };
}

export type Checkers = ReturnType<typeof createCheckers>;
