import type { SequenceAnswer } from '../../src/core/replay/call';
import type { ReplayRow } from '../../src/core/replay/row';
import type { Scenario } from './scenario';
import { demand } from './verdict';

const FIRST_MS = 1_000;
const MOST_MS = 60_000;

interface Last {
  backoffMs: number | undefined;
  released: number;
  /** The row without its signs of life. */
  content: string;
}

/** R7: a sequencer that waits for a service asks ever less often, until it comes further: then soon again. */
export class BackoffChecker {
  readonly #last = new Map<number, Last>();
  /** Where a call, or a save, may do something and answer nothing, that is no progress of the next call. */
  readonly #everyCallAnswers: boolean;
  readonly #areAlone: boolean;

  constructor({ faults, dies, sequencersBesides, commands, sequenceCallMs, standsStill }: Scenario) {
    // What people wish changes the row, and their tool starts the next sequencer beside one that waits.
    this.#areAlone = sequencersBesides === undefined && commands === undefined;
    this.#everyCallAnswers =
      this.#areAlone &&
      [faults.crash, faults.hang, faults.zombie, faults.standstill, faults.answerLost].every(
        (chance) => chance === 0,
      ) &&
      [dies, sequenceCallMs, standsStill].every((each) => each === undefined);
  }

  answered(generation: number, answer: SequenceAnswer, row: ReplayRow | undefined): void {
    if (answer.action !== 'wait' || !row || !this.#areAlone) return;
    const { backoffMs } = answer;
    const now = { backoffMs, released: row.checkpoint?.released ?? 0, content: contentOf(row) };
    const before = this.#last.get(generation);
    this.#last.set(generation, now);
    if (!before || before.backoffMs === undefined || backoffMs === undefined) return;
    const told = `after ${before.backoffMs} ms a sequencer waits ${backoffMs} ms`;
    // Before the release a call may look several times, and come further by looking.
    if (now.content === before.content && row.phase === 'RELEASING') {
      const expectedMs = Math.min(2 * before.backoffMs, MOST_MS);
      demand(backoffMs === expectedMs, 'R7', () => `${told}, and it did not come further`);
    }
    if (now.released > before.released && this.#everyCallAnswers) {
      demand(backoffMs === FIRST_MS, 'R7', () => `${told}, and it came further`);
    }
  }
}

function contentOf(row: ReplayRow): string {
  const { generation: _, leaseUntilMs: _l, heartbeatAtMs: _h, resumeAtMs: _r, late: _late, ...content } = row;
  return JSON.stringify(content);
}
