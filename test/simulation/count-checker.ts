import type { BucketCount } from '../../src/core/replay/progress';
import type { ReplayRow } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import type { StoredEvent } from '../fakes/event-buffer';
import { MAX_STANDSTILL_MS, type Scenario } from './scenario';
import type { Scheduler } from './scheduler';
import { demand } from './verdict';

/** From a look at the queues to the write of what it saw: four attempts, each of which may wait in its sender. */
const SAVED_WITHIN_MS = 60_000;
/** A host that stands still between the two writes afterwards what it saw before. */
const STOOD_STILL_MS = 2 * MAX_STANDSTILL_MS;

/** R1: what is counted in the row is what is there, as far as anybody can know it. */
export class CountChecker {
  readonly #scheduler: Scheduler;
  /** What was in a queue so long ago may be missing in what is saved now. */
  readonly #sinceMs: number;
  /** Messages in the dead-letter queue, from when to when. */
  readonly #letters = new Map<string, { fromMs: number; untilMs: number }>();
  #delivered = 0;
  #foundUncounted = 0;
  #foundThere = 0;
  #counted = 0;
  #told = 0;

  constructor(scenario: Scenario, scheduler: Scheduler, settings: Settings) {
    const { faults, standsStill, depthLagMs = settings.queueMetadataMs } = scenario;
    const mayStandStill = faults.standstill > 0 || standsStill !== undefined;
    this.#scheduler = scheduler;
    this.#sinceMs = depthLagMs + SAVED_WITHIN_MS + (mayStandStill ? STOOD_STILL_MS : 0);
  }

  letterComes(messageId: string): void {
    this.#letters.set(messageId, { fromMs: this.#scheduler.nowMs, untilMs: Number.POSITIVE_INFINITY });
  }

  letterGoes(messageId: string): void {
    const letter = this.#letters.get(messageId);
    if (letter) letter.untilMs = this.#scheduler.nowMs;
  }

  /** A depth counts what has been there for long, and may count what was there not long ago. */
  deadSaved(dead: number): void {
    const { nowMs } = this.#scheduler;
    const sinceMs = nowMs - this.#sinceMs;
    const letters = [...this.#letters.values()];
    const least = letters.filter(({ fromMs, untilMs }) => fromMs <= sinceMs && untilMs >= nowMs).length;
    const most = letters.filter(({ untilMs }) => untilMs >= sinceMs).length;
    demand(
      least <= dead && dead <= most,
      'R1',
      () => `the row says ${dead} dead letters; there were ${least} to ${most}`,
    );
  }

  /** What is kept of an unfinished count must be true of the set, or whoever goes on from it comes to another number. */
  countingSaved(
    counting: readonly BucketCount[],
    storedIn: (bucket: number) => readonly StoredEvent[],
  ): void {
    for (const [bucket, { after, events, done }] of counting.entries()) {
      const set = storedIn(bucket).filter(({ late }) => !late);
      const counted = done ? set : set.filter(({ position }) => after !== undefined && position <= after);
      demand(
        events === counted.length,
        'R1',
        () =>
          `bucket ${bucket} is counted as ${events}, and has ${counted.length} up to ${after ?? 'its end'}`,
      );
    }
  }

  /** A target, or its dead-letter queue, has taken an event. */
  delivered(): void {
    this.#delivered++;
  }

  /** Where nothing but duplicates goes wrong, every number is exact. */
  isExact(row: ReplayRow, stored: readonly StoredEvent[]): void {
    const late = stored.filter((each) => each.late).length;
    demand(row.late === late, 'R1', () => `${late} are late, ${row.late} counted`);
    if (late > 0) return;
    const duplicates = this.#delivered - stored.length;
    const counted = row.checkpoint?.duplicates ?? 0;
    demand(counted === duplicates, 'R1', () => `${duplicates} duplicates came, ${counted} are counted`);
  }

  /** A delivery has learned that its event is late and is not marked as counted. */
  findsUncounted(isThereAlready: boolean): void {
    this.#foundUncounted++;
    if (isThereAlready) this.#foundThere++;
  }

  /**
   * All that comes to a replay that ended before its seal is kept, and none of it is late. Only a delivery that has not
   * seen the end yet counts one: that another has just stored.
   */
  endedBeforeTheSeal(): void {
    demand(this.#counted <= this.#foundThere, 'R1', () => `${this.#counted} are late`);
  }

  /** The alarm on late events: each was counted in the row. */
  tells(): void {
    demand(
      ++this.#told <= this.#counted,
      'R1',
      () => `${this.#told} late events are told, ${this.#counted} counted`,
    );
  }

  /** A count that is no repetition by the SDK of one whose answer was lost: each delivery may count once. */
  counts(): void {
    demand(
      ++this.#counted <= this.#foundUncounted,
      'R1',
      () =>
        `a late event is counted ${this.#counted} times, and was found uncounted ${this.#foundUncounted} times`,
    );
  }
}
