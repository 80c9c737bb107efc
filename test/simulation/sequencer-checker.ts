import type { SequencerInput } from '../../src/core/ports';
import type { ReplayRow } from '../../src/core/replay/row';
import type { MemorySequencerStarts } from '../fakes/sequencer-starts';
import type { Scenario } from './scenario';
import { demand } from './verdict';

const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];
const HOUR_MS = 3_600_000;
/** At once, then after 1, 2, 4, 8, 16 and 32 minutes; twice, for what was under way may come further when it begins. */
const RESTARTS_IN_THE_FIRST_HOUR = 2 * 7;

/** R7: a sequencer that dies is replaced without anybody's help, unless somebody has aborted it. */
export class SequencerChecker {
  readonly #scenario: Scenario;
  readonly #starts: MemorySequencerStarts;
  /** The latest generation that was started, and whether somebody did it by hand under a name of theirs. */
  #newest: { input: SequencerInput; byHand: boolean } | undefined;
  #startedInTheOutage = 0;
  #calls = 0;

  constructor(scenario: Scenario, starts: MemorySequencerStarts) {
    this.#scenario = scenario;
    this.#starts = starts;
  }

  /** By `collect` or the healer. @param afterMs Since the beginning of the run. */
  starts(input: SequencerInput, afterMs: number): void {
    if (this.#starts.isKnown(input)) return;
    demand(!this.#isAborted(), 'R7', () => `sequencer ${input.generation} revives one that was aborted`);
    const { outage } = this.#scenario;
    if (outage && afterMs >= outage.afterMs && afterMs < outage.afterMs + outage.forMs)
      this.#startedInTheOutage++;
    this.note(input, false);
  }

  note(input: SequencerInput, byHand: boolean): void {
    if (input.generation >= (this.#newest?.input.generation ?? 0)) this.#newest = { input, byHand };
  }

  /** A call sees that its time runs out: nothing that the SDK waits for takes longer than it expects. */
  killed(): void {
    const { faults, standsStill } = this.#scenario;
    const isInTime = [faults.slowRequest, faults.answerLost, faults.standstill].every(
      (chance) => chance === 0,
    );
    demand(
      !isInTime || standsStill !== undefined,
      'R7',
      () => 'a call that only waited was killed at its timeout',
    );
  }

  #isAborted(): boolean {
    const newest = this.#newest;
    return newest !== undefined && !newest.byHand && this.#starts.isAborted(newest.input);
  }

  /** Somebody has started the next one, which died before it could name itself: the row has never heard of it. */
  #isStillAborted({ replay, generation, abortedGeneration }: ReplayRow): boolean {
    if (abortedGeneration !== generation || this.#newest?.input.generation !== generation + 1) return false;
    return this.#starts.isAborted({ replay, generation });
  }

  /** A process begins an append. One whose execution was aborted may do so until it looks at the row, or saves it. */
  appends(knowsOfAbort: boolean): void {
    demand(!knowsOfAbort, 'R7', () => 'a call of a sequencer that was aborted goes on');
  }

  /** The healer raises the alarm: for each abort once, and when restarts are of no use. */
  callsPerson(): void {
    if (this.#scenario.outage) return;
    this.#calls++;
    const aborts = this.#scenario.abortSequencerAfterMs === undefined ? 0 : 1;
    demand(this.#calls <= aborts, 'R7', () => `a person is called ${this.#calls} times for ${aborts} aborts`);
  }

  /** Nothing happens any more, until a person does something. */
  atRest(row: ReplayRow, hasBegun: boolean): void {
    if (ENDED.includes(row.phase)) return;
    // Somebody made the row, and no event of its replay ever came.
    if (!hasBegun) return;
    const isAborted = this.#isAborted() || this.#isStillAborted(row);
    demand(isAborted, 'R7', () => `the replay is ${row.phase}, and nobody goes on`);
    demand(warnsOfAbort(row), 'R7', () => 'the sequencer was aborted, and the row does not say so');
  }

  atTheEnd({ phase, restarts, warnings }: ReplayRow): void {
    const { outage } = this.#scenario;
    if (outage) {
      const most = RESTARTS_IN_THE_FIRST_HOUR + outage.forMs / HOUR_MS;
      const started = this.#startedInTheOutage;
      demand(
        started <= most,
        'R7',
        () => `${started} sequencers are started in ${outage.forMs} ms, all in vain`,
      );
    }
    if (phase !== 'DONE') return;
    const told = warnings?.some(({ code }) => code.startsWith('Sequencer')) ?? false;
    demand(restarts === undefined && !told, 'R7', () => `the row is DONE, and says ${restarts} restarts`);
  }
}

/** Somebody may have typed anything there. */
export function warnsOfAbort({ warnings }: ReplayRow): boolean {
  return Array.isArray(warnings) && warnings.some(({ code }) => code === 'SequencerAborted');
}
