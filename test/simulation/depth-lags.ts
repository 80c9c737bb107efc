import { lastOfADrain, throttledRegion } from './kinds';
import { quietly } from './quietly';
import { run } from './run';
import type { Scenario } from './scenario';

/** The table "tolerated depth lag" of docs/proof.md: `npx tsx test/simulation/depth-lags.ts 300`. */

const LAGS_SECONDS = [60, 75, 80, 85, 90, 105, 115, 120, 150, 180];

async function sealedTooEarly(scenarios: Scenario[]): Promise<number> {
  let tooEarly = 0;
  for (const scenario of scenarios) {
    const { violation } = await run(scenario);
    if (violation?.what.startsWith('sealed without')) tooEarly++;
    else if (violation) throw new Error(`Seed ${scenario.seed}: ${violation.what}`);
  }
  return tooEarly;
}

async function main(): Promise<void> {
  const seeds = Number(process.argv[2] ?? 300);
  const of = (kind: (seed: number) => Scenario) => Array.from({ length: seeds }, (_, n) => kind(n + 1));
  console.log(
    `| lag of the depths | sealed too early, of ${seeds}: a throttled Region | the same, all as late as it may be |`,
  );
  console.log('|---|---|---|');
  for (const seconds of LAGS_SECONDS) {
    const depthLagMs = 1_000 * seconds;
    const any = await sealedTooEarly(of((seed) => ({ ...throttledRegion(seed), depthLagMs })));
    const latest = await sealedTooEarly(of((seed) => lastOfADrain(seed, depthLagMs)));
    console.log(`| ${seconds} s | ${any} | ${latest} |`);
  }
}

quietly(main).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
