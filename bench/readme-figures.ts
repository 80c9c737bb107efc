import { type SizeRow, usd, withStart } from './cost-section';
import { between, block } from './marks';
import type { Cell } from './order';
import type { Section } from './section';
import { figure, percent } from './section';
import { total } from './usage';

type Paces = { lag: { p99: number } }[];
type Bundles = { name: string; bytes: number }[];
type Sections = Partial<Record<string, Pick<Section, 'data'>>>;

/** README.md with the figures of these results; as it is where a part that they are from was never measured. */
export function withFigures(readme: string, { order, cost, pace, bundles }: Sections): string {
  if (!order || !cost || !pace || !bundles) return readme;
  const cells = order.data as Cell[];
  const { perMillion } = cost.data as { perMillion: SizeRow[] };
  const figured = block(readme, 'figures', atTheTop(cells, perMillion, pace.data as Paces));
  const priced = block(figured, 'cost', costTable(perMillion));
  const disordered = block(priced, 'disorder', disorder(cells));
  const consumer = (bundles.data as Bundles).find(({ name }) => name === 'consumer') as Bundles[number];
  return between(disordered, '<!-- size -->', '<!-- /size -->', `${figure(consumer.bytes / 1_024, 0)} KB`);
}

function atTheTop(cells: Cell[], perMillion: SizeRow[], paces: Paces): string[] {
  // The cell of the picture.
  const { events, outOfOrder } = cells.findLast(({ perSecond }) => perSecond === 5) as Cell;
  const { ours, table } = perMillion.find(({ size }) => size === '1 KB') as SizeRow;
  const p99 = Math.max(...paces.map(({ lag }) => lag.p99));
  return [
    `| ${percent(outOfOrder.ours)} of ${events} events out of order | ${usd(ours)} USD a million | ${figure(p99, 1)} ms |`,
    '|---|---|---|',
    `| One execution and \`Wait\` per event: ${percent(outOfOrder.table)} | events of 1 KB. One execution and \`Wait\` per event: ${usd(table)} | p99 from when an event is due to its append to its lane |`,
  ];
}

function costTable(perMillion: SizeRow[]): string[] {
  return [
    '| event | Ordered Replay | one execution and one `Wait` for each event |',
    '|---|---|---|',
    ...perMillion.map(
      ({ size, ours, table }) =>
        `| ${size} | ${usd(ours)} | ${figure(total(table), 0)} to ${figure(total(withStart(table)), 0)} |`,
    ),
  ];
}

function disorder(cells: Cell[]): string[] {
  const at = (rate: number) =>
    percent(
      cells.find(({ perSecond, speed }) => perSecond === rate && speed === 1)?.outOfOrder.table ?? Number.NaN,
    );
  const ours = Math.max(...cells.map(({ worst }) => worst.ours));
  return [
    `At 5 events a second the design with a \`Wait\` for each event delivers ${at(5)} of them out of order, at 50 a second`,
    `${at(50)}; Ordered Replay ${ours === 0 ? 'none' : percent(ours)}.`,
  ];
}
