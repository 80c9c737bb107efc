import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PRICES } from '../../bench/prices';
import { withFigures } from '../../bench/readme-figures';
import { figure, percent, type Section } from '../../bench/section';
import { total, type Usage } from '../../bench/usage';

const read = (file: string) => readFileSync(path.join(__dirname, '../..', file), 'utf8');
interface Results {
  sections: Record<string, Section> & {
    cost: { data: { perMillion: { size: string; ours: Usage; table: Usage }[] } };
    order: { data: { perSecond: number; speed: number; outOfOrder: Record<'table' | 'ours', number> }[] };
  };
}
const { sections } = JSON.parse(read('bench/results.json')) as Results;
const readme = read('README.md');
const text = readme.replace(/\s+/g, ' ');

describe("README's figures are those of bench/results.json", () => {
  test('at the top', () => {
    expect(withFigures(readme, sections)).toBe(readme);
  });

  test('beside the picture, which is there', () => {
    expect(readme).toMatch(/!\[[^\]]{40,}\]\(docs\/order\.svg\)/);
    expect(read('docs/order.svg')).toMatch(/aria-label="[^"]*Ordered Replay: 0 out of order/);
  });

  test.each(sections.cost.data.perMillion)(
    'in the cost of a million events of $size',
    ({ size, ours, table }) => {
      // A million executions may be a million transitions more: AWS does not say.
      const started = total(table) + (PRICES.standardTransitions.usd * 1e6) / PRICES.standardTransitions.per;
      expect(text).toContain(
        `| ${size} | ${figure(total(ours))} | ${figure(total(table), 0)} to ${figure(started, 0)} |`,
      );
    },
  );

  test('in what a `Wait` for each event does to the order', () => {
    const cells = sections.order.data;
    const at = (rate: number) =>
      percent(
        cells.find(({ perSecond, speed }) => perSecond === rate && speed === 1)?.outOfOrder.table ??
          Number.NaN,
      );
    expect(text).toContain(
      `at 5 events a second the design with a \`Wait\` for each event delivers ${at(5)} of them out of order, at 50 a second ${at(50)}; Ordered Replay none`,
    );
    expect(cells.map(({ outOfOrder }) => outOfOrder.ours)).toEqual(cells.map(() => 0));
  });
});
