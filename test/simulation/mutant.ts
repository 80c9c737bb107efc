import { type Edit, mutate } from './mutate';
import { type Protocol, REAL } from './protocol';
import type { Outcome } from './run';
import type { Scenario } from './scenario';
import type { Invariant } from './verdict';

/** The protocol with one line removed or bent: in its source, or at its ports. */
export interface Mutant
  extends Pick<Protocol, 'bendTables' | 'bendRequests' | 'bendSettings' | 'bendMachine'> {
  name: string;
  /** The checker that sees it. */
  breaks: Invariant;
  /** Where only one check is meant: what it says. */
  shows?: string;
  /** Where only some runs are meant: those. */
  where?(scenario: Scenario, outcome: Outcome): boolean;
  edits?: Edit[];
  /** Where chance alone hardly ever shows it: one of `kinds.ts`, in which it shows soon. */
  kind?(seed: number): Scenario;
  /** The first seed that did, of its kind if it has one; only a hint, for a test that is quick. */
  caughtBy: number;
}

export const edit = (file: string, line: string, becomes: string): Edit => ({ file, line, becomes });

export async function protocolOf({ edits, ...bent }: Mutant): Promise<Protocol> {
  return { ...(edits ? await mutate(edits) : REAL), ...bent };
}

export function isCaught(mutant: Mutant, scenario: Scenario, outcome: Outcome): boolean {
  const { violation } = outcome;
  if (violation?.invariant !== mutant.breaks) return false;
  return violation.what.includes(mutant.shows ?? '') && (mutant.where?.(scenario, outcome) ?? true);
}
