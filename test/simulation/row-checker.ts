import type { SequencerInput } from '../../src/core/ports';
import type { SequenceAnswer } from '../../src/core/replay/call';
import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import type { Scenario } from './scenario';
import { demand } from './verdict';

const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];

/** What the row says of a replay, and what executions were told, fits with how the replay went. */
export class RowChecker {
  readonly phases: string[] = [];
  readonly answers: SequenceAnswer[] = [];
  readonly warned = new Set<string>();
  readonly #scenario: Scenario;
  readonly #someoneStandsStill: boolean;
  readonly #running: readonly SequencerInput[];

  /** @param running The executions that run, of all runs. */
  constructor(scenario: Scenario, running: readonly SequencerInput[]) {
    this.#scenario = scenario;
    this.#running = running;
    this.#someoneStandsStill = scenario.faults.standstill > 0 || scenario.standsStill !== undefined;
  }

  /** @param nowMs By the slowest clock of all hosts, what is over is over for each. */
  saved(changes: RowChanges, before: ReplayRow, nowMs: number): void {
    demand(!ENDED.includes(before.phase), 'R4', () => `the row is changed when it is ${before.phase}`);
    const { generation = before.generation, heartbeatAtMs, leaseUntilMs } = changes;
    demand(
      !(generation < before.generation),
      'R7',
      () => `generation ${generation} follows ${before.generation}`,
    );
    // A sequencer that names itself gives a sign of life; the healer names the one that it will start.
    const holds = before.leaseUntilMs !== undefined && before.leaseUntilMs > nowMs;
    const isRunning = (n: number) =>
      this.#running.some((each) => each.replay === before.replay && each.generation === n);
    const isAlive = holds && isRunning(before.generation);
    const isNamed = generation > before.generation && heartbeatAtMs === undefined;
    demand(!isNamed || !isAlive, 'R7', () => `sequencer ${generation} is named while another is alive`);
    // A host that stood still saves the lease of before, and another sequencer may start beside it, which is safe (R4).
    const saidAtMs = this.#someoneStandsStill ? (heartbeatAtMs ?? Number.NEGATIVE_INFINITY) : nowMs;
    demand(
      (leaseUntilMs ?? saidAtMs) >= saidAtMs || !isRunning(generation),
      'R7',
      () => `the lease of sequencer ${generation} is over already`,
    );
    for (const { code } of changes.warnings ?? []) this.warned.add(code);
    const { checkpoint } = changes;
    const isFurther = checkpoint !== undefined && checkpoint.position !== before.checkpoint?.position;
    const stillCounts = before.restarts !== undefined && !('restarts' in changes);
    demand(
      !isFurther || !stillCounts,
      'R7',
      () => `the release came further, and ${before.restarts} restarts stand`,
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

  atTheEnd(row: ReplayRow, somebodyCancelled: boolean): void {
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
