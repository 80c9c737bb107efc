import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { measureBundles } from './bundles';
import { measureConsumer } from './consumer';
import { measureCost } from './cost';
import { withCosts, withFigures } from './documents';
import { measureGrowth } from './growth';
import { measureOrder } from './order';
import { measurePace } from './pace';
import { drawOrder } from './picture';
import { ROOT } from './programs';
import { measureRate } from './rate';
import { measureRelease } from './release';
import { type Measured, markdown, thisMachine } from './report';
import type { Section } from './section';

const RESULTS = path.join(ROOT, 'bench/results.json');
const REPORT = path.join(ROOT, 'bench/RESULTS.md');
const README = path.join(ROOT, 'README.md');
const COSTS = path.join(ROOT, 'docs/cost.md');
const PICTURE = path.join(ROOT, 'docs/order.svg');

/** In the order of the report. */
const PARTS: Record<string, () => Promise<Section>> = {
  order: measureOrderAndDraw,
  cost: measureCost,
  rate: measureRate,
  release: measureRelease,
  pace: measurePace,
  growth: measureGrowth,
  consumer: measureConsumer,
  bundles: measureBundles,
};

async function measureOrderAndDraw(): Promise<Section> {
  const { shown, ...section } = await measureOrder();
  await writeFile(PICTURE, drawOrder(shown));
  return section;
}

/** `npm run bench` measures everything, `npm run bench -- cost rate` those parts and keeps the other results. */
async function main(asked: string[]): Promise<void> {
  const unknown = asked.filter((part) => !Object.hasOwn(PARTS, part));
  if (unknown.length > 0) {
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  }
  const machine = thisMachine();
  const kept = asked.length > 0 && existsSync(RESULTS) ? await readFile(RESULTS, 'utf8') : '{"sections":{}}';
  const before = (JSON.parse(kept) as { sections: Record<string, Measured> }).sections;
  const sections: Record<string, Measured> = {};
  for (const [part, measure] of Object.entries(PARTS)) {
    if (asked.length === 0 || asked.includes(part)) {
      const startMs = performance.now();
      sections[part] = { ...(await measure()), machine };
      console.log(`${part}: ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
    } else if (before[part]) sections[part] = before[part];
  }
  await writeFile(RESULTS, `${JSON.stringify({ sections }, null, 2)}\n`);
  await writeFile(REPORT, markdown(Object.values(sections)));
  await writeFile(README, withFigures(await readFile(README, 'utf8'), sections));
  await writeFile(COSTS, withCosts(await readFile(COSTS, 'utf8'), sections));
  for (const { targets } of Object.values(sections)) {
    for (const { what, target, measured, met } of targets)
      console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${measured} (${target})`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
