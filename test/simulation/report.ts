import type { Protocol } from './protocol';
import { run } from './run';
import type { Scenario } from './scenario';
import { shrink } from './shrink';
import { readable } from './trace';
import type { Violation } from './verdict';
import { START_MS } from './world';

/** What a person needs to understand a failure: seed, invariant, the smallest scenario found, its trace, the command. */
export async function explain(
  scenario: Scenario,
  violation: Violation,
  protocol?: Protocol,
): Promise<string> {
  const shrunk = await shrink(scenario, violation, protocol);
  const { trace } = await run(shrunk.scenario, { ...(protocol && { protocol }), recording: true });
  return [
    `Seed ${scenario.seed} breaks ${violation.invariant}: ${violation.what}`,
    '',
    `The smallest scenario found in ${shrunk.runs} runs breaks it too: ${shrunk.violation.what}`,
    describe(shrunk.scenario),
    '',
    readable(trace, START_MS),
    '',
    'The whole run again:',
    `  npm run simulate -- --seed ${scenario.seed}`,
  ].join('\n');
}

function describe(scenario: Scenario): string {
  const { events, faults, seed, ...rest } = scenario;
  const present = Object.entries(faults).filter(([, probability]) => probability > 0);
  return [
    `  events   ${events.map((event) => JSON.stringify(event)).join('\n           ')}`,
    `  faults   ${present.map(([name, probability]) => `${name} ${probability}`).join(', ') || 'none'}`,
    ...Object.entries(rest).map(([name, value]) => `  ${name.padEnd(8)} ${JSON.stringify(value, finite)}`),
  ].join('\n');
}

function finite(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
}
