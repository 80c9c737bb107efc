import type { Protocol } from './protocol';
import { run } from './run';
import type { Scenario } from './scenario';
import { scenarioText } from './scenario-text';
import { shrink } from './shrink';
import { readable } from './trace';
import type { Violation } from './verdict';
import { START_MS } from './world';

/** Of the trace, from its beginning and from its end. */
const MOST_LINES_EACH = 200;

/**
 * What a person needs to understand a failure: seed, invariant, the smallest scenario found (as code, to be kept with
 * the regressions), its trace, the command.
 */
export async function explain(
  scenario: Scenario,
  violation: Violation,
  { protocol, kind }: { protocol?: Protocol; kind?: string | undefined } = {},
): Promise<string> {
  const shrunk = await shrink(scenario, violation, protocol);
  const { trace } = await run(shrunk.scenario, { ...(protocol && { protocol }), recording: true });
  return [
    `Seed ${scenario.seed} breaks ${violation.invariant}: ${violation.what}`,
    '',
    `The smallest scenario found in ${shrunk.runs} runs breaks it too: ${shrunk.violation.what}`,
    scenarioText(shrunk.scenario),
    '',
    middleLeftOut(readable(trace, START_MS)),
    '',
    'The whole run again:',
    `  npm run simulate -- --seed ${scenario.seed}${kind ? ` --kind ${kind}` : ''}`,
  ].join('\n');
}

/** A stall of hours repeats the same few lines thousands of times; what matters is how it begins and how it ends. */
function middleLeftOut(trace: string): string {
  const lines = trace.split('\n');
  if (lines.length <= 2 * MOST_LINES_EACH) return trace;
  const left = lines.length - 2 * MOST_LINES_EACH;
  return [
    ...lines.slice(0, MOST_LINES_EACH),
    `              … ${left} more lines`,
    ...lines.slice(-MOST_LINES_EACH),
  ].join('\n');
}
