import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocksOf } from '../e2e/support/code-blocks';

/** What docs/steer.md has a reader run, by the headings of the page. */
export interface Document {
  text: string;
  /** The commands under a heading; of several blocks the nth, from 1. */
  block(heading: string, nth?: number): string;
  /** The headings of the blocks that nobody has asked for. */
  unread(): string[];
}

export function steerDocument(): Document {
  const text = readFileSync(join(__dirname, '../../docs/steer.md'), 'utf8');
  const left = new Set(codeBlocksOf(text, 'sh'));
  const all = [...left];
  return {
    text,
    block(heading, nth = 1) {
      const found = all.filter((each) => each.heading === heading)[nth - 1];
      if (!found) throw new Error(`docs/steer.md has no block ${nth} under "${heading}".`);
      left.delete(found);
      return found.code;
    },
    unread: () => [...left].map(({ heading }) => heading),
  };
}
