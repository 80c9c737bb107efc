import { type Costs, evbCli, type SizeRow, usd, withStart } from './cost-section';
import { block } from './marks';
import type { Item } from './prices';
import { figure, type Section } from './section';
import { cost } from './usage';

/** The rows of where it goes, and the billed things that each takes together. */
const SHARES: [string, Item[]][] = [
  ['`collect`: Express requests and their time', ['expressRequests', 'expressGbSeconds']],
  ['`collect` and `sequence`: Lambda requests and their time', ['lambdaRequests', 'lambdaGbSeconds']],
  ['write units of buffer and lanes', ['writeUnits']],
  ['read units', ['readUnits']],
  ['14 days in the buffer', ['storageGbMonths']],
  ['transitions, queue requests', ['standardTransitions', 'sqsRequests']],
];

/** docs/cost.md with the tables of these results; as it is where cost was never measured. */
export function withCosts(
  doc: string,
  { cost: costs }: Partial<Record<string, Pick<Section, 'data'>>>,
): string {
  if (!costs) return doc;
  const { perMillion, variants, coldStart } = costs.data as Omit<Costs, 'coldStart'> & Partial<Costs>;
  const measured = block(doc, 'measured', sharesTable(perMillion));
  const compared = block(measured, 'compared', comparison(perMillion));
  return block(compared, 'others', [
    '| 1 KB events | USD a million |',
    '|---|---|',
    ...variants.map(({ what, used }) => `| ${what.replace(/^1 KB, /, '')} | ${usd(used)} |`),
    ...(coldStart
      ? [
          `| ${figure(coldStart.share * 100, 0)}% of the calls of \`collect\` cold: added | ${figure(coldStart.usdPerMillion)} |`,
        ]
      : []),
  ]);
}

const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
const head = (first: string, rows: SizeRow[]) => [
  line([first, ...rows.map(({ size }) => size)]),
  `|${'---|'.repeat(rows.length + 1)}`,
];

function sharesTable(rows: SizeRow[]): string[] {
  const of = ({ ours }: SizeRow, items: Item[]) =>
    figure(items.reduce((sum, item) => sum + cost(ours)[item], 0));
  return [
    ...head('an event of', rows),
    ...SHARES.map(([what, items]) => line([what, ...rows.map((row) => of(row, items))])),
    line(['**sum**', ...rows.map(({ ours }) => `**${usd(ours)}**`)]),
  ];
}

function comparison(rows: SizeRow[]): string[] {
  const both = (kind: 'table' | 'bus') =>
    rows.map((row) => `${usd(row[kind])} (${usd(withStart(row[kind]))})`);
  return [
    ...head('for comparison', rows),
    line(['execution per event, to a table', ...both('table')]),
    line(['execution per event, back on the bus', ...both('bus')]),
    line(['evb-cli, transitions alone', ...rows.map(() => usd(evbCli()))]),
  ];
}
