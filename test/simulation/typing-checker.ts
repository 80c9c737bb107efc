import type { SequenceAnswer } from '../../src/core/replay/call';
import type { ReplayRow } from '../../src/core/replay/row';
import { isCalm } from './faults';
import type { Scenario } from './scenario';
import { demand } from './verdict';

/** Without these a replay does not go on. */
const ESSENTIAL: readonly string[] = [
  'phase',
  'generation',
  'buckets',
  'tiebreaker',
  'tiebreakerType',
  'options',
  'plan',
  'createdAtMs',
  'retainedUntilMs',
  'lastArrivalAtMs',
  'checkpoint',
  'collected',
  'releaseStartedAtMs',
];

/** A look at the row a minute later, one more pause in memory, and the appends of one batch. */
const STOPS_WITHIN_MS = 120_000;

const ENDED: readonly unknown[] = ['DONE', 'CANCELLED', 'FAILED'];

/** Whatever is typed into a row: the row says so, and nothing is released while the replay cannot go on. */
export class TypingChecker {
  readonly #scenario: Scenario;
  #typed: { sinceMs: number; isStanding(): boolean } | undefined;
  #answersBefore = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /**
   * @param isStanding Whether nothing has been written over it: what a sequencer or a collector writes anew is corrected by that.
   * @param answers Of all sequencers so far.
   */
  typed(isStanding: () => boolean, answers: readonly SequenceAnswer[], nowMs: number): void {
    this.#typed = { sinceMs: nowMs, isStanding };
    this.#answersBefore = answers.length;
  }

  corrects(row: ReplayRow, answers: readonly SequenceAnswer[]): void {
    const isStanding = this.#typed?.isStanding() === true;
    this.#typed = undefined;
    const { typing, sequencersBesides } = this.#scenario;
    if (!typing || !isCalm(this.#scenario)) return;
    const isGuarded = typing.attribute === 'phase' || typing.attribute === 'generation';
    demand(
      isStanding || !isGuarded,
      'R7',
      () => `the ${typing.attribute} that somebody typed is written over`,
    );
    // Where every save is refused, the row can say nothing.
    if (!isStanding || ENDED.includes(row.phase) || this.#scenario.refuses) return;
    // In a long pause of the replay nobody looks at its row; a call that was under way may have read it before.
    const calls = answers.length - this.#answersBefore;
    if (calls < 2 + (sequencersBesides?.length ?? 0)) return;
    const attribute = typing.attribute.replace(/Ms$/, '');
    const warnings: unknown = row.warnings;
    const named = Array.isArray(warnings) && warnings.some(({ message }) => message.includes(attribute));
    demand(named, 'R7', () => `${attribute} is ${JSON.stringify(typing.value)}, and the row does not say so`);
    if (!ESSENTIAL.includes(typing.attribute)) return;
    demand(
      `${row.reason}`.includes(attribute),
      'R7',
      () => `${attribute} cannot be read, and the reason is: ${row.reason}`,
    );
  }

  appended(nowMs: number): void {
    const { typing } = this.#scenario;
    if (!this.#typed || !typing || !ESSENTIAL.includes(typing.attribute)) return;
    if (!isCalm(this.#scenario) || !this.#typed.isStanding()) return;
    const sinceMs = nowMs - this.#typed.sinceMs;
    demand(
      sinceMs <= STOPS_WITHIN_MS,
      'R6',
      () => `an append, and ${typing.attribute} is nonsense for ${sinceMs} ms`,
    );
  }
}
