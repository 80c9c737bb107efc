import type { Life } from './life';
import type { Scenario } from './scenario';

/** Decides, at each point of a process of one of the two functions, whether it is one at which the scenario has it die or stand still. */
export class Fate {
  readonly #scenario: Scenario;
  readonly #passed = { collect: 0, sequence: 0 };
  #sequencerDied = false;
  #collectPointsSince = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Points come by so far: how many there are to die at. */
  get points(): { collect: number; sequence: number } {
    return { ...this.#passed };
  }

  /** What happens to a process of this function at the point that it has come to. */
  at(life: Life, of: 'collect' | 'sequence'): void {
    const point = this.#passed[of]++;
    const { dies, standsStill } = this.#scenario;
    if (of === 'collect' && this.#sequencerDied && this.#collectPointsSince++ === dies?.collectAfterwards) {
      life.kill();
    }
    if (dies?.[of]?.includes(point)) {
      if (of === 'sequence') this.#sequencerDied = true;
      life.kill();
    }
    if (of === 'sequence' && standsStill?.at === point) life.standStill(standsStill.forMs);
  }
}
