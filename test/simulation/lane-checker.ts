import type { LaneRecord } from '../fakes/lanes';
import { detailOf } from './long-numbers';
import { idIn, type Oracle } from './oracle';
import type { SketchPlan } from './scenario';
import { demand } from './verdict';

/** R2 to R6 in the lanes of one run, append by append. */
export class LaneChecker {
  readonly #oracle: Oracle;
  readonly #included: () => string[];
  readonly #isExcused: (plan: SketchPlan) => boolean;
  readonly #appended = new Set<string>();
  readonly #lanes = new Map<string, { offset: number; last: SketchPlan }>();
  readonly #contents = new Map<string, string[]>();
  /** What the run includes, and when each of its events is due; absent before the release. */
  dueMs: ReadonlyMap<string, number> | undefined;
  /** People may change the pace: another checker knows when each event is due. */
  isPacedByPlans = false;

  /**
   * @param included The ids of what the run includes, as it now is.
   * @param isExcused Of an event that may come in although it was not there when the run was counted.
   */
  constructor(oracle: Oracle, included: () => string[], isExcused: (plan: SketchPlan) => boolean) {
    this.#oracle = oracle;
    this.#included = included;
    this.#isExcused = isExcused;
  }

  /** Events in all lanes. */
  get count(): number {
    return this.#appended.size;
  }

  has(id: string): boolean {
    return this.#appended.has(id);
  }

  get appended(): ReadonlySet<string> {
    return this.#appended;
  }

  /** R1: whatever a run came to, each lane is the beginning of what would be in it in the end. */
  checkBeginnings(): void {
    const whole = this.#oracle.lanesOf([...this.#included(), ...this.#appended]);
    for (const [key, contents] of this.#contents) {
      const expected = whole.get(key)?.slice(0, contents.length) ?? [];
      const n = contents.findIndex((id, at) => id !== expected[at]);
      demand(n < 0, 'R1', () => `lane "${key}" has ${contents[n]} where ${expected[n]} should be`);
    }
  }

  /** An append, by the clock of the host that did it. */
  check({ lane, events, offset }: LaneRecord, hostNowMs: number): void {
    const key = lane.slice(lane.indexOf('#') + 1);
    const before = this.#lanes.get(key);
    let last = before?.last;
    const contents = this.#contents.get(key) ?? [];
    this.#contents.set(key, contents);
    for (const json of events) {
      const plan = this.#checkEvent(idIn(json), key, hostNowMs);
      demand(
        !plan.isLong || json.includes(`"detail":${detailOf(plan)}`),
        'R5',
        () => `${plan.id} has another text in its lane than it was sent with`,
      );
      demand(
        !last || this.#oracle.order(last, plan) < 0,
        'R2',
        () => `${plan.id} comes after ${last?.id} in lane "${key}"`,
      );
      last = plan;
      contents.push(plan.id);
    }
    const expected = (before?.offset ?? -1) + events.length;
    demand(offset === expected, 'R3', () => `lane "${key}" is at ${offset}, not at ${expected}`);
    this.#lanes.set(key, { offset, last: last as SketchPlan });
  }

  #checkEvent(id: string, key: string, hostNowMs: number): SketchPlan {
    const plan = this.#oracle.plan(id);
    demand(plan !== undefined, 'R1', () => `${id} in lane "${key}" was never sent`);
    demand(key === this.#oracle.laneOf(plan), 'R5', () => `${id} is in lane "${key}"`);
    demand(!this.#appended.has(id), 'R4', () => `${id} is appended again`);
    this.#appended.add(id);
    const dueMs = this.dueMs?.get(id);
    if (dueMs === undefined && this.dueMs && this.#isExcused(plan)) return plan;
    demand(dueMs !== undefined, 'R6', () => `${id} is appended, but it was not in the sealed set`);
    // A thousandth: due times are fractional.
    demand(
      this.isPacedByPlans || hostNowMs >= dueMs - 1e-3,
      'R6',
      () => `${id} is appended ${dueMs - hostNowMs} ms before it is due`,
    );
    return plan;
  }
}
