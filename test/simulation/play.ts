import { quietly } from './quietly';
import { explain } from './report';
import { type Outcome, run } from './run';
import type { Scenario } from './scenario';

/** Plays scenarios one after the other, each of which must hold, and hands each of them to a closer look. */
export function playAll(
  scenarios: Iterable<Scenario>,
  look: (outcome: Outcome, scenario: Scenario) => void = () => {},
): Promise<void> {
  return quietly(async () => {
    for (const scenario of scenarios) {
      const outcome = await run(scenario);
      if (outcome.violation) throw new Error(await explain(scenario, outcome.violation));
      look(outcome, scenario);
    }
  });
}

/** The scenarios of the seeds from 1. */
export function* seeds(count: number, kind: (seed: number) => Scenario): Generator<Scenario> {
  for (let seed = 1; seed <= count; seed++) yield kind(seed);
}
