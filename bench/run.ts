import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { measureBundles } from './bundles';
import { measureConsumer } from './consumer';
import { measureCost } from './cost';
import { withCosts } from './cost-doc';
import { measureGrowth } from './growth';
import { measureOrder } from './order';
import { measurePace } from './pace';
import { drawPanels, panelsOf } from './picture';
import { measureRate } from './rate';
import { withFigures } from './readme-figures';
import { keptWithMachines, type Measured, markdown, thisMachine } from './report';
import type { Section } from './section';

const RESULTS = path.join(__dirname, 'results.json');
const REPORT = path.join(__dirname, 'RESULTS.md');
const README = path.join(__dirname, '../README.md');
const COSTS = path.join(__dirname, '../docs/cost.md');
const PICTURE = path.join(__dirname, '../docs/order.svg');

/** In the order of the report. */
const PARTS: Record<string, () => Promise<Section>> = {
  order: measureOrderAndDraw,
  cost: () => measureCost(),
  rate: () => measureRate(),
  pace: () => measurePace(),
  growth: () => measureGrowth(),
  consumer: () => measureConsumer(),
  bundles: () => measureBundles(),
};

async function measureOrderAndDraw(): Promise<Section> {
  const { sample, shown, cells, ...section } = await measureOrder();
  const { perSecond, speed, events } = shown;
  const caption = `Dots are events: ${events} in one round of the benchmark, at ${perSecond} a second, replayed at speed ${speed}.`;
  await writeFile(PICTURE, drawPanels(panelsOf(sample), caption));
  return { ...section, data: cells };
}

/** `npm run bench` measures everything, `npm run bench -- cost rate` those parts and keeps the other results. */
async function main(asked: string[]): Promise<void> {
  const unknown = asked.filter((part) => !Object.hasOwn(PARTS, part));
  if (unknown.length > 0) {
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  }
  const machine = thisMachine();
  const sections = asked.length > 0 ? await keptSections() : {};
  for (const [part, measure] of Object.entries(PARTS)) {
    if (asked.length > 0 && !asked.includes(part)) continue;
    const startMs = performance.now();
    sections[part] = { ...(await measure()), machine };
    console.log(`${part}: ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
  }
  const inOrder = Object.keys(PARTS).flatMap((part) =>
    sections[part] ? [[part, sections[part]] as const] : [],
  );
  await writeFile(RESULTS, `${JSON.stringify({ sections: Object.fromEntries(inOrder) }, null, 2)}\n`);
  await writeFile(REPORT, markdown(inOrder.map(([, section]) => section)));
  await writeFile(README, withFigures(await readFile(README, 'utf8'), sections));
  await writeFile(COSTS, withCosts(await readFile(COSTS, 'utf8'), sections));
  for (const { targets } of Object.values(sections)) {
    for (const { what, target, measured, met } of targets)
      console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${measured} (${target})`);
  }
}

/** What was measured before, with where and when. */
async function keptSections(): Promise<Record<string, Measured>> {
  if (!existsSync(RESULTS)) return {};
  return keptWithMachines(JSON.parse(await readFile(RESULTS, 'utf8')));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
