import type { Spread } from './measure';
import type { Cell } from './order';
import { type SizeRow, total, usd, withStart } from './prices';
import type { ReleaseRow } from './release';
import { tableLines } from './report';
import { figure, percent, type Section, table } from './section';

/** What README.md takes from results; as JSON has it, so that nothing that measures is loaded. */
interface Results {
  order: { data: Cell[] };
  cost: { data: { perMillion: SizeRow[] } };
  pace: { data: { lag: Spread }[] };
  release: { data: ReleaseRow[] };
  bundles: { data: { name: string; bytes: number }[] };
}
type Sections = Partial<Record<string, Pick<Section, 'tables' | 'data'>>>;

/** README.md with the figures of these results; as it is if a part that they are from was never measured. */
export function withFigures(readme: string, sections: Sections): string {
  const { order, cost: costs, pace, release, bundles } = sections as Partial<Results>;
  if (!order || !costs || !pace || !release || !bundles) return readme;
  const sizes = costs.data.perMillion;
  const figured = block(readme, 'figures', atTheTop(order.data, sizes, pace.data));
  const priced = block(
    figured,
    'cost',
    tableLines(
      table('', sizes, {
        event: ({ size }) => size,
        'Ordered Replay': ({ ours }) => usd(ours),
        'one execution and one `Wait` for each event': ({ table: each }) =>
          `${figure(total(each), 0)} to ${figure(total(withStart(each)), 0)}`,
      }),
    ),
  );
  const disordered = block(priced, 'disorder', disorder(order.data));
  const bytes = bundles.data.find(({ name }) => name === 'consumer')?.bytes ?? Number.NaN;
  const sized = between(disordered, '<!-- size -->', '<!-- /size -->', `${figure(bytes / 1_024, 0)} KB`);
  return between(sized, '<!-- rate -->', '<!-- /rate -->', figure(slowest(release.data), 0));
}

/** Events a second as deployed by default, whether in one lane or in many; to the hundred, down. */
function slowest(rows: ReleaseRow[]): number {
  const least = Math.min(...rows.map(({ memoryMb }) => memoryMb));
  const rates = rows.filter(({ memoryMb, way }) => memoryMb === least && way === 'deployed');
  return Math.floor(Math.min(...rates.map(({ perSecond }) => perSecond)) / 100) * 100;
}

function atTheTop(cells: Cell[], sizes: SizeRow[], paces: { lag: Spread }[]): string[] {
  // The cell of the picture.
  const { events, outOfOrder } = cells.findLast(({ perSecond }) => perSecond === 5) as Cell;
  const { ours, table: waits } = sizes.find(({ size }) => size === '1 KB') as SizeRow;
  const p99 = Math.max(...paces.map(({ lag }) => lag.p99));
  return [
    `| ${percent(outOfOrder.ours)} of ${events} events out of order | ${usd(ours)} USD a million | ${figure(p99, 1)} ms |`,
    '|---|---|---|',
    `| One execution and \`Wait\` per event: ${percent(outOfOrder.table)} | events of 1 KB. One execution and \`Wait\` per event: ${usd(waits)} | p99 from when an event is due to its append to its lane |`,
  ];
}

function disorder(cells: Cell[]): string[] {
  const at = (rate: number) =>
    cells.find(({ perSecond, speed }) => perSecond === rate && speed === 1)?.outOfOrder.table ?? Number.NaN;
  const ours = Math.max(...cells.map(({ worst }) => worst.ours));
  return [
    `At 5 events a second the design with a \`Wait\` for each event delivers ${percent(at(5))} of them out of order, at 50 a second`,
    `${percent(at(50))}; Ordered Replay ${ours === 0 ? 'none' : percent(ours)}.`,
  ];
}

/** docs/cost.md with the tables of these results; what was never measured stays as it is. */
export function withCosts(doc: string, { cost, release }: Sections): string {
  const blocks = ['compared', 'measured', 'others', 'cold', 'release'];
  const tables = [...(cost?.tables ?? []), ...(release?.tables ?? [])];
  return tables.reduce((text, each, nth) => block(text, blocks[nth] ?? '', tableLines(each)), doc);
}

/** Lines between the marks of a block that `npm run bench` writes. */
export function block(text: string, name: string, lines: string[]): string {
  return between(text, `<!-- ${name}: npm run bench -->`, `<!-- /${name} -->`, `\n\n${lines.join('\n')}\n\n`);
}

/** A text with what stands between two marks replaced; each mark stands in it once. */
function between(text: string, begin: string, end: string, inside: string): string {
  const [before, rest] = halves(text, begin);
  const [, after] = halves(rest, end);
  return `${before}${begin}${inside}${end}${after}`;
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0 || text.indexOf(mark, at + 1) >= 0) throw new Error(`The document must have ${mark} once.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
