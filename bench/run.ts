import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { measureBundles } from './bundles';
import { measureConsumer } from './consumer';
import { measureCost } from './cost';
import { measureGrowth } from './growth';
import { measureOrder } from './order';
import { measurePace } from './pace';
import { drawPanels, panelsOf } from './picture';
import { measureRate } from './rate';
import { withFigures } from './readme-figures';
import { markdown, thisMachine } from './report';
import type { Section } from './section';

const RESULTS = path.join(__dirname, 'results.json');
const REPORT = path.join(__dirname, 'RESULTS.md');
const README = path.join(__dirname, '../README.md');
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
  const kept =
    existsSync(RESULTS) && asked.length > 0 ? JSON.parse(await readFile(RESULTS, 'utf8')).sections : {};
  const sections: Record<string, Section> = {};
  for (const [part, measure] of Object.entries(PARTS)) {
    if (asked.length > 0 && !asked.includes(part)) {
      if (kept[part]) sections[part] = kept[part];
      continue;
    }
    const startMs = performance.now();
    sections[part] = await measure();
    console.log(`${part}: ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
  }
  const machine = thisMachine();
  await writeFile(RESULTS, `${JSON.stringify({ machine, sections }, null, 2)}\n`);
  await writeFile(REPORT, markdown(Object.values(sections), machine));
  await writeFile(README, withFigures(await readFile(README, 'utf8'), sections));
  for (const { targets } of Object.values(sections)) {
    for (const { what, target, measured, met } of targets)
      console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${measured} (${target})`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
