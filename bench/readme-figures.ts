import type { Cell } from './order';
import type { Section } from './section';
import { figure, percent } from './section';
import { total, type Usage } from './usage';

/** The figures at the top of README.md stand between these. */
const BEGIN = '<!-- figures: npm run bench -->';
const END = '<!-- /figures -->';

interface Costs {
  perMillion: { size: string; ours: Usage; table: Usage }[];
}
type Paces = { lag: { p99: number } }[];

/** README.md with the figures of these results; as it is where a part that they are from was never measured. */
export function withFigures(
  readme: string,
  { order, cost, pace }: Partial<Record<string, Pick<Section, 'data'>>>,
): string {
  if (!order || !cost || !pace) return readme;
  const [before, rest] = halves(readme, BEGIN);
  const [, after] = halves(rest, END);
  const figures = figuresOf(order.data as Cell[], cost.data as Costs, pace.data as Paces);
  return `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`;
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0 || text.indexOf(mark, at + 1) >= 0) throw new Error(`README.md must have ${mark} once.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function figuresOf(cells: Cell[], { perMillion }: Costs, paces: Paces): string {
  // The cell of the picture.
  const { events, outOfOrder } = cells.findLast(({ perSecond }) => perSecond === 5) as Cell;
  const { ours, table } = perMillion.find(({ size }) => size === '1 KB') as Costs['perMillion'][number];
  const p99 = Math.max(...paces.map(({ lag }) => lag.p99));
  return [
    `| ${percent(outOfOrder.ours)} of ${events} events out of order | ${figure(total(ours))} USD a million | ${figure(p99, 1)} ms |`,
    '|---|---|---|',
    `| One execution and \`Wait\` per event: ${percent(outOfOrder.table)} | events of 1 KB. One execution and \`Wait\` per event: ${figure(total(table))} | p99 from when an event is due to its append to its lane |`,
  ].join('\n');
}
