import type { Edit } from './mutate';
import type { Protocol } from './protocol';
import type { Invariant } from './verdict';

/** The protocol with one line removed or bent: in its source, or at its ports. */
export interface Mutant extends Pick<Protocol, 'bendTables' | 'bendRequests' | 'bendSettings'> {
  name: string;
  /** The checker that sees it. */
  breaks: Invariant;
  edits?: Edit[];
  /** The first seed that did; only a hint, for a test that is quick. */
  caughtBy: number;
}

export const edit = (file: string, line: string, becomes: string): Edit => ({ file, line, becomes });
