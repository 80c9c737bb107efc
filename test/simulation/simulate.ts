import { parseArgs } from 'node:util';
import { scenarioOf } from './draw';
import * as kinds from './kinds';
import * as kindsOfCommands from './kinds-of-commands';
import { quietly } from './quietly';
import { explain } from './report';
import { run } from './run';
import type { Scenario } from './scenario';
import { readable } from './trace';
import { START_MS } from './world';

const USAGE = `Plays replays in a simulated cloud where everything goes wrong, and checks what the service promises.

  npm run simulate -- --seeds 10000             the seeds from 1 to 10000
  npm run simulate -- --seeds 500 --seed 7000   500 seeds from 7000
  npm run simulate -- --seed 42                 one seed
  npm run simulate -- --seed 42 --trace         and all that happened in it
  npm run simulate -- --seed 42 --kind strays   one of those in test/simulation/kinds*.ts`;

const KINDS: Readonly<Record<string, ((seed: number) => Scenario) | undefined>> = {
  ...kinds,
  ...kindsOfCommands,
};
const PROGRESS_EVERY_MS = 5_000;

interface Plan {
  kind: string | undefined;
  first: number;
  seeds: number;
  trace: boolean;
}

function readPlan(): Plan | undefined {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      kind: { type: 'string' },
    },
  });
  const seeds = Number(values.seeds ?? 1);
  const first = Number(values.seed ?? 1);
  const isUsable = Number.isSafeInteger(first) && Number.isSafeInteger(seeds) && seeds > 0;
  const { kind, trace } = values;
  const isKnown = kind === undefined || kind in KINDS;
  if (!isUsable || !isKnown || (values.seed ?? values.seeds) === undefined) return undefined;
  return { kind, first, seeds, trace };
}

async function simulate({ kind, first, seeds, trace }: Plan): Promise<boolean> {
  const startedMs = Date.now();
  let toldMs = startedMs;
  const phases = new Map<string, number>();
  for (let n = 0; n < seeds; n++) {
    const scenario = (kind ? KINDS[kind] : undefined)?.(first + n) ?? scenarioOf(first + n);
    const outcome = await run(scenario, { recording: trace });
    if (trace) console.log(readable(outcome.trace, START_MS));
    if (outcome.violation) {
      console.log(await explain(scenario, outcome.violation, { kind }));
      return false;
    }
    const phase = outcome.phase ?? 'without events';
    phases.set(phase, (phases.get(phase) ?? 0) + 1);
    if (Date.now() - toldMs < PROGRESS_EVERY_MS) continue;
    toldMs = Date.now();
    console.log(`${n + 1} of ${seeds} seeds, ${rate(n + 1, startedMs)} a second`);
  }
  const endings = [...phases].map(([phase, count]) => `${count} ${phase}`).join(', ');
  console.log(
    `${seeds} seed(s) from ${first}: every invariant held (${endings}; ${rate(seeds, startedMs)} a second).`,
  );
  return true;
}

function rate(seeds: number, startedMs: number): string {
  return ((1_000 * seeds) / Math.max(1, Date.now() - startedMs)).toFixed(0);
}

async function main(): Promise<void> {
  let plan: Plan | undefined;
  try {
    plan = readPlan();
  } catch (error) {
    console.error((error as Error).message);
  }
  if (!plan) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const chosen = plan;
  if (!(await quietly(() => simulate(chosen)))) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
