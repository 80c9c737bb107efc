import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { SequenceAnswer } from '../../src/core/replay/sequence';
import type { Scenario } from './scenario';
import { demand } from './verdict';

const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];

/** What the row says of a replay, and what executions were told, fits with how the replay went. */
export class RowChecker {
  readonly phases: string[] = [];
  readonly answers: SequenceAnswer[] = [];
  readonly #scenario: Scenario;
  readonly #someoneStandsStill: boolean;
  #someFailed = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#someoneStandsStill = scenario.faults.standstill > 0 || scenario.standsStill !== undefined;
  }

  /** @param nowMs By the slowest clock of all hosts, what is over is over for each. */
  saved(changes: RowChanges, before: ReplayRow, nowMs: number): void {
    demand(!ENDED.includes(before.phase), 'R4', () => `the row is changed when it is ${before.phase}`);
    const { generation = before.generation, heartbeatAtMs, leaseUntilMs } = changes;
    // A sequencer that names itself gives a sign of life; a collector names the one that it will start.
    const isAlive = before.leaseUntilMs !== undefined && before.leaseUntilMs > nowMs;
    const isNamed = generation > before.generation && heartbeatAtMs === undefined;
    demand(!isNamed || !isAlive, 'R7', () => `sequencer ${generation} is named while another is alive`);
    // A host that stood still saves the lease of before, and another sequencer may start beside it, which is safe (R4).
    const saidAtMs = this.#someoneStandsStill ? (heartbeatAtMs ?? Number.NEGATIVE_INFINITY) : nowMs;
    demand(
      (leaseUntilMs ?? saidAtMs) >= saidAtMs,
      'R7',
      () => `the lease of sequencer ${generation} is over already`,
    );
    if (changes.phase && changes.phase !== this.phases.at(-1)) this.phases.push(changes.phase);
  }

  answered(generation: number, answer: SequenceAnswer, row: ReplayRow | undefined): void {
    this.answers.push(answer);
    if (answer.action === 'fail') {
      const isTrue = row?.phase === 'FAILED' && row.errorCode === answer.Error;
      demand(isTrue, 'R7', () => `a sequencer fails with ${answer.Error}, and the row is ${row?.phase}`);
    }
    if (answer.action !== 'done') return;
    const isSuperseded = row !== undefined && row.generation > generation;
    // One that has failed makes its execution fail, and that raises an alarm.
    const isTrue =
      row && row.phase !== 'FAILED' && ENDED.includes(row.phase) && answer.report.phase === row.phase;
    demand(isSuperseded || isTrue === true, 'R7', () => `a sequencer is done, and the row is ${row?.phase}`);
  }

  /** Where an execution has failed, it may take somebody who comes by. */
  executionFailed(): void {
    this.#someFailed = true;
  }

  /** Nothing happens any more, until somebody hands dead letters back. */
  atRest(row: ReplayRow): void {
    if (!this.#someFailed) demandEnd(row);
  }

  atTheEnd(row: ReplayRow, somebodyCancelled: boolean, isCollected: boolean, someAreDead: boolean): void {
    // Where no event was ever collected, an execution has failed or each delivery died: the letters, handed back once
    // more, would start a sequencer.
    if (isCollected || !(this.#someFailed || someAreDead)) demandEnd(row);
    const { phase, errorCode, reason } = row;
    const { replay, mayFail = [] } = this.#scenario;
    const allowed: readonly (string | undefined)[] =
      replay === 'fails' ? [...mayFail, 'ReplayFailed'] : mayFail;
    demand(phase !== 'FAILED' || allowed.includes(errorCode), 'R1', () => `the replay is FAILED: ${reason}`);
    demand(
      phase !== 'CANCELLED' || somebodyCancelled || replay === 'isCancelled',
      'R7',
      () => 'the replay is CANCELLED, and nobody did it',
    );
  }
}

function demandEnd({ phase }: ReplayRow): void {
  demand(ENDED.includes(phase), 'R7', () => `the replay is ${phase}, and nobody goes on`);
}
