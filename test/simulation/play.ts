import { quietly } from './quietly';
import { explain } from './report';
import { type Outcome, run } from './run';
import type { Scenario } from './scenario';

/** Plays scenarios one after the other, each of which must hold, and hands each of them to a closer look. */
export function playAll(
  scenarios: Iterable<Scenario>,
  look: (outcome: Outcome, scenario: Scenario) => void = () => {},
  kind?: string,
): Promise<void> {
  return quietly(async () => {
    for (const scenario of scenarios) {
      const outcome = await run(scenario);
      if (outcome.violation) throw new Error(await explain(scenario, outcome.violation, { kind }));
      look(outcome, scenario);
    }
  });
}

/** The scenarios of one kind, of the seeds from 1. */
export function playKind(
  kind: (seed: number) => Scenario,
  count: number,
  look?: (outcome: Outcome, scenario: Scenario) => void,
): Promise<void> {
  return playAll(
    Array.from({ length: count }, (_, n) => kind(n + 1)),
    look,
    kind.name,
  );
}
