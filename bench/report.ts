import { cpus, loadavg, totalmem } from 'node:os';
import type { Section, Table } from './section';

export interface Machine {
  measuredAt: string;
  node: string;
  processor: string;
  cores: number;
  memoryGb: number;
  /** Mean number of processes that ran or waited to, over the minute before the benchmark. */
  loadBefore: number;
}

/** A section, and where and when it was measured. */
export type Measured = Section & { machine: Machine };

/** Asked for before anything is measured: the load is then that of others. */
export function thisMachine(): Machine {
  return {
    measuredAt: new Date().toISOString().slice(0, 16),
    node: process.version,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** The results for people: the targets first, then every table with what it leaves out. */
export function markdown(sections: Measured[]): string {
  return [
    '# Results',
    '',
    `\`npm run bench\` writes this file. Each section says when it was measured. Times are those of this machine, ratios say more. Nothing here ran on AWS.`,
    '',
    ...tableLines({
      head: ['what', 'target', 'measured', 'met'],
      rows: sections.flatMap(({ targets }) =>
        targets.map(({ what, target, measured, met }) => [what, target, measured, met ? 'yes' : '**no**']),
      ),
    }),
    ...sections.flatMap(({ title, tables, notes, machine }) => [
      `\n## ${title}\n`,
      `Measured ${described(machine)}.\n`,
      ...tables.flatMap((each) => [...(each.caption ? [`${each.caption}:\n`] : []), ...tableLines(each), '']),
      ...notes.map((note) => `- ${note}`),
    ]),
    '',
  ].join('\n');
}

/** A table in Markdown. */
export function tableLines({ head, rows }: Table): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

function described({ measuredAt, node, processor, cores, memoryGb, loadBefore }: Machine): string {
  return `${measuredAt} UTC with Node.js ${node} on ${cores} cores (${processor}, ${memoryGb} GB), load average before it ${loadBefore.toFixed(2)}`;
}
