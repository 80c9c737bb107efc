import { readFileSync } from 'node:fs';
import path from 'node:path';
import { block, withCosts, withFigures } from '../../bench/documents';
import type { Cell } from '../../bench/order';
import { floorUsd, type SizeRow, usage } from '../../bench/prices';
import { type Measured, markdown } from '../../bench/report';
import { figure } from '../../bench/section';

const read = (file: string) => readFileSync(path.join(__dirname, '../..', file), 'utf8');
const { sections } = JSON.parse(read('bench/results.json')) as {
  sections: Record<'order' | 'cost', Measured>;
};
const cells = sections.order.data as Cell[];
const readme = read('README.md');
const costs = read('docs/cost.md');

describe('figures in the documents are those of bench/results.json', () => {
  test("README's: at the top, of the cost, of the disorder, of the consumer's size", () => {
    expect(withFigures(readme, sections)).toBe(readme);
  });

  test("docs/cost.md's tables", () => {
    expect(withCosts(costs, sections)).toBe(costs);
  });

  test("docs/cost.md's floor of the design", () => {
    expect(costs).toContain(`${figure(floorUsd())} USD is the least that this design can cost`);
  });

  test("bench/RESULTS.md's tables", () => {
    const tables = (text: string) => text.split('\n').filter((line) => line.startsWith('|'));
    expect(tables(markdown(Object.values(sections)))).toEqual(tables(read('bench/RESULTS.md')));
  });

  test('the picture is there, and shows none of ours out of order', () => {
    expect(readme).toMatch(/!\[[^\]]{40,}\]\(docs\/order\.svg\)/);
    expect(read('docs/order.svg')).toMatch(/aria-label="[^"]*Ordered Replay: 0 out of order/);
    expect(cells.map(({ outOfOrder }) => outOfOrder.ours)).toEqual(cells.map(() => 0));
  });
});

describe('given other results, then the documents come out otherwise', () => {
  const { data, tables } = sections.cost;
  const { perMillion } = data as { perMillion: SizeRow[] };
  const dearer = {
    ...sections,
    cost: {
      data: { perMillion: perMillion.map((row) => ({ ...row, ours: usage({ writeUnits: 9e6 }) })) },
      tables: tables.map(({ head, rows }) => ({ head, rows: rows.map(([what = '']) => [what, '5.63']) })),
    },
  };

  test('README, in both places where the cost stands', () => {
    const changed = withFigures(readme, dearer);
    expect(changed).toContain('5.63 USD a million');
    expect(changed).toContain('| 1 KB | 5.63 |');
  });

  test('README, where ours is out of order, or of another size', () => {
    const order = {
      ...sections.order,
      data: cells.map((cell) => ({ ...cell, worst: { ...cell.worst, ours: 0.5 } })),
    };
    const bundles = { tables: [], data: [{ name: 'consumer', bytes: 20_480 }] };
    const changed = withFigures(readme, { ...sections, order, bundles });
    expect(changed).toContain('Ordered Replay 50%.');
    expect(changed).toContain('>20 KB<');
  });

  test('docs/cost.md, in each of its tables', () => {
    const changed = withCosts(costs, dearer);
    expect(changed).toContain('| **sum** | 5.63 |');
    expect(changed).toContain('| 1 KB | 5.63 |');
    expect(changed).toContain('| 1 KB, speed=1, 1 event a second | 5.63 |');
    expect(changed).toMatch(/\| bundle, KiB .*\n.*\n\| \d+ \| 5\.63 \|/);
  });

  test('a document without the marks is refused', () => {
    expect(() => block('no marks', 'cost', [])).toThrow('must have <!-- cost: npm run bench --> once');
    expect(() => block('<!-- cost: npm run bench -->'.repeat(2), 'cost', [])).toThrow('once');
  });
});
