import type { Life } from './life';
import type { Scenario } from './scenario';

export type Actor = 'collect' | 'sequence' | 'heal';

/** Has processes of the functions die or stand still at the points that the scenario names, or by chance. */
export class Fate {
  readonly #scenario: Scenario;
  /** How long by chance a host stands still at a point; for most not at all. */
  readonly #standstillMs: () => number;
  readonly #passed = { collect: 0, sequence: 0, heal: 0 };
  #afterDeath: number | undefined;

  constructor(scenario: Scenario, standstillMs: () => number) {
    this.#scenario = scenario;
    this.#standstillMs = standstillMs;
  }

  /** Points come by so far: how many there are to die at. */
  get passed(): Readonly<Record<Actor, number>> {
    return this.#passed;
  }

  /** What happens to a process at the point that it has come to. */
  decide(life: Life, of: Actor): void {
    const point = this.#passed[of]++;
    const { dies, standsStill } = this.#scenario;
    if (of === 'heal') {
      if (this.#afterDeath !== undefined && this.#afterDeath++ === dies?.healAfterwards) life.kill();
      return;
    }
    if (dies?.[of]?.includes(point)) {
      life.kill();
      if (of === 'sequence') this.#afterDeath ??= 0;
      return;
    }
    if (of === 'collect') return;
    const stillMs = standsStill?.at === point ? standsStill.forMs : this.#standstillMs();
    if (stillMs > 0) life.standStill(stillMs);
  }
}
