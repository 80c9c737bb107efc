import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OPTION_NAMES, OPTIONS } from '../src/core/replay/options';

/** The documents with a table that has a row for each option of a replay. */
export const DOCUMENTS = ['README.md', 'docs/deploy.md'].map((file) => path.join(__dirname, '..', file));

/** A document whose rows of options, which stand together, are those of the table `OPTIONS`. */
export function withOptionRows(document: string): string {
  const lines = document.split('\n');
  const isRow = (line: string) => OPTION_NAMES.some((name) => line.startsWith(`| \`${name}\` |`));
  const first = lines.findIndex(isRow);
  if (first < 0) throw new Error('The document has no row of an option.');
  const others = lines.filter((line) => !isRow(line));
  return [...others.slice(0, first), ...OPTION_NAMES.map(rowOf), ...others.slice(first)].join('\n');
}

function rowOf(name: (typeof OPTION_NAMES)[number]): string {
  const { examples, default: value, help } = OPTIONS[name];
  return `| \`${name}\` | ${examples} | \`${value}\` | ${help} |`;
}

/** `npm run docs` */
if (require.main === module) {
  for (const file of DOCUMENTS) writeFileSync(file, withOptionRows(readFileSync(file, 'utf8')));
}
