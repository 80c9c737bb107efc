import { cpus, totalmem } from 'node:os';
import type { Section } from './section';

export interface Machine {
  measuredAt: string;
  node: string;
  processor: string;
  cores: number;
  memoryGb: number;
}

export function thisMachine(): Machine {
  return {
    measuredAt: new Date().toISOString().slice(0, 16),
    node: process.version,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
  };
}

/** The results for people: the targets first, then every table with what it leaves out. */
export function markdown(sections: Section[], machine: Machine): string {
  const { measuredAt, node, processor, cores, memoryGb } = machine;
  return [
    '# Results',
    '',
    `\`npm run bench\` writes this file. Measured ${measuredAt} UTC with Node.js ${node} on ${cores} cores (${processor}, ${memoryGb} GB), shared with other work: look at ratios before you look at times. Nothing here ran on AWS.`,
    '',
    table(
      ['what', 'target', 'measured', 'met'],
      sections.flatMap(({ targets }) =>
        targets.map(({ what, target, measured, met }) => [what, target, measured, met ? 'yes' : '**no**']),
      ),
    ),
    ...sections.flatMap(({ title, tables, notes }) => [
      `\n## ${title}\n`,
      ...tables.flatMap(({ caption, head, rows }) => [
        ...(caption ? [`${caption}:\n`] : []),
        table(head, rows),
        '',
      ]),
      ...notes.map((note) => `- ${note}`),
    ]),
    '',
  ].join('\n');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
