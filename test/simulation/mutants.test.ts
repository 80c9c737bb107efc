import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scenarioOf } from './draw';
import { CALM } from './faults';
import { isCaught, type Mutant, protocolOf } from './mutant';
import { MUTANTS } from './mutants';
import { mutate } from './mutate';
import { quietly } from './quietly';
import { explain } from './report';
import { run } from './run';
import type { Scenario } from './scenario';
import type { Violation } from './verdict';

jest.setTimeout(240_000);

const MOST_SEEDS = 2_000;
const MOST_SEEDS_OF_A_KIND = 300;

const mostSeeds = ({ kind }: Mutant) => (kind ? MOST_SEEDS_OF_A_KIND : MOST_SEEDS);

/** The first seed that catches a mutant: the one that did it last is tried first, then all in turn. */
async function caught(mutant: Mutant) {
  const protocol = await protocolOf(mutant);
  const { kind: scenarioFor = scenarioOf } = mutant;
  for (const seed of seedsFrom(mutant)) {
    const scenario = scenarioFor(seed);
    const outcome = await run(scenario, { protocol });
    if (isCaught(mutant, scenario, outcome)) {
      return { seed, scenario, violation: outcome.violation as Violation, protocol };
    }
  }
  return undefined;
}

function* seedsFrom(mutant: Mutant): Generator<number> {
  yield mutant.caughtBy;
  for (let seed = 1; seed <= mostSeeds(mutant); seed++) yield seed;
}

/** The scenario that an explanation holds as code. */
function readScenario(text: string): Scenario {
  const code = /const found: Scenario = (\{.*?\n\});/s.exec(text)?.[1];
  return new Function('CALM', `return ${code};`)(CALM) as Scenario;
}

test.each(MUTANTS.map((mutant) => ({ title: `${mutant.name}, which breaks ${mutant.breaks}`, mutant })))(
  'given $title, then a checker sees it, and nothing in the protocol as it is',
  async ({ mutant }) => {
    const found = await quietly(() => caught(mutant));
    if (!found) throw new Error(`No checker sees it in ${mostSeeds(mutant)} seeds.`);
    expect(found.seed).toBeLessThanOrEqual(mostSeeds(mutant));
    const { violation } = await quietly(() => run(found.scenario));
    expect(violation).toBeUndefined();
  },
);

test('given the README, then it says how many mutants there are', () => {
  const readme = readFileSync(path.resolve(__dirname, '../../README.md'), 'utf8');
  expect(readme).toContain(`${MUTANTS.length} mutants of the protocol`);
});

test('given no change, then the protocol that is loaded this way holds', async () => {
  const protocol = await mutate([]);
  await quietly(async () => {
    for (let seed = 1; seed <= 50; seed++) {
      expect((await run(scenarioOf(seed), { protocol })).violation).toBeUndefined();
    }
  });
});

test('given a line that is not there exactly once, then the mutant is refused', async () => {
  const edit = { file: 'src/core/release/merge.ts', line: 'no such line', becomes: '' };
  await expect(mutate([edit])).rejects.toThrow(
    'src/core/release/merge.ts has 0 times, not once: no such line',
  );
});

test('given a file that the protocol does not load, then the mutant is refused', async () => {
  const edit = { file: 'src/core/release/no-such-file.ts', line: 'a line', becomes: '' };
  await expect(mutate([edit])).rejects.toThrow('src/core/release/no-such-file.ts is no part of the protocol');
});

test('given a failure, then it is explained: the seed, the invariant, the smallest scenario, its trace, the command', async () => {
  const mutant = MUTANTS.find(({ name }) => name === 'Overflow is not looked at') as Mutant;
  await quietly(async () => {
    const found = await caught(mutant);
    if (!found) throw new Error('The mutant was not caught.');
    const text = await explain(found.scenario, found.violation, found);
    expect(text).toContain(`Seed ${found.seed} breaks R5: sealed without `);
    expect(text).toContain(`npm run simulate -- --seed ${found.seed}`);
    expect(text).toContain('R5 is broken');
    expect(text.match(/second: /g)?.length).toBeLessThan(4);
    expect(text).toContain('playback: { speed: Number.POSITIVE_INFINITY, idleMs: Number.POSITIVE_INFINITY,');
    expect(text).toContain("operator: { act: 'redrive', trigger: 'incomplete', delayMs: 180000 }");
    expect(await explain(found.scenario, found.violation, found)).toBe(text);
    const { violation } = await run(readScenario(text), { protocol: found.protocol });
    expect(text).toContain(`breaks it too: ${violation?.what}`);
  });
});
