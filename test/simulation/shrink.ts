import type { Protocol } from './protocol';
import { run } from './run';
import type { Faults, Scenario } from './scenario';
import type { Violation } from './verdict';

/** A failing scenario is made smaller in at most so many runs. */
const MOST_RUNS = 400;

export interface Shrunk {
  scenario: Scenario;
  violation: Violation;
  runs: number;
}

/**
 * Makes a failing scenario as small as it can: leaves out faults, events and people, one after the other, as long as
 * the same invariant still breaks. The same scenario always shrinks to the same one.
 */
export async function shrink(scenario: Scenario, violation: Violation, protocol?: Protocol): Promise<Shrunk> {
  let best: Shrunk = { scenario, violation, runs: 0 };
  let runs = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of smallerThan(best.scenario)) {
      if (runs === MOST_RUNS) return { ...best, runs };
      runs++;
      const outcome = await run(smaller, protocol ? { protocol } : {});
      if (outcome.violation?.invariant !== violation.invariant) continue;
      best = { scenario: smaller, violation: outcome.violation, runs };
      progress = true;
      break;
    }
  }
  return { ...best, runs };
}

/** Scenarios with one thing less, those that lose most first. */
function* smallerThan(scenario: Scenario): Generator<Scenario> {
  const { events, faults, cancelRowAfterMs, abortSequencerAfterMs, poison, ...rest } = scenario;
  const people = {
    ...(cancelRowAfterMs !== undefined && { cancelRowAfterMs }),
    ...(abortSequencerAfterMs !== undefined && { abortSequencerAfterMs }),
    ...(poison !== undefined && { poison }),
  };
  const whole = { ...rest, ...people, events, faults };
  for (const name of Object.keys(faults) as (keyof Faults)[]) {
    if (faults[name] > 0) yield { ...whole, faults: { ...faults, [name]: 0 } };
  }
  for (const name of Object.keys(people) as (keyof typeof people)[]) {
    const { [name]: _, ...others } = people;
    yield { ...rest, ...others, events, faults };
  }
  for (let size = Math.ceil(events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < events.length && events.length > 1; from += size) {
      yield { ...whole, events: [...events.slice(0, from), ...events.slice(from + size)] };
    }
  }
  for (const [n, event] of events.entries()) {
    const { bad, cursed, throttledMs, unreachable, ...sound } = event;
    if (bad || cursed || throttledMs || unreachable) yield { ...whole, events: events.with(n, sound) };
  }
  if (scenario.depthsLagFully) yield { ...whole, depthsLagFully: false };
  if (scenario.skewMs > 0) yield { ...whole, skewMs: 0 };
  if (scenario.settings.buckets > 1) yield { ...whole, settings: { ...scenario.settings, buckets: 1 } };
  if (scenario.shards > 1) yield { ...whole, shards: 1 };
}
