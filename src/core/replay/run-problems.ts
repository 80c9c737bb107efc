import type { ReplayRow, RerunPart } from './row';
import { RERUN_RULES } from './row-rules';
import { isRerun, replayOf } from './run';

/** What speaks against an attribute: what is expected there, and what it is, where the value alone does not say that. */
export interface Objection {
  key: keyof ReplayRow;
  is?: string;
  expected: string;
  stops: boolean;
}

type Stored = { replay: string; [key: string]: unknown };

export function isOfReruns(key: string): key is keyof RerunPart {
  return key in RERUN_RULES;
}

/** A first run has nothing of a rerun's; whatever is typed there counts as absent. */
export function objectionsOfTheRun(stored: Stored): Objection[] {
  if (isRerun(stored.replay)) return objectionsOfARerun(stored);
  const found = Object.keys(RERUN_RULES).filter((key) => stored[key] !== undefined);
  return found.map((key) => ({
    key: key as keyof RerunPart,
    expected: 'nothing, for only a rerun has it',
    stops: false,
  }));
}

function objectionsOfARerun(stored: Stored): Objection[] {
  const { replay, set, from, after, retainedUntilMs, phase, sealedAtMs } = stored;
  const objections: Objection[] = [];
  // Under the run's own name there are no events: it would end, and have released nothing.
  if (typeof set === 'string' && set !== replayOf(replay))
    objections.push({ key: 'set', expected: replayOf(replay), stops: true });
  if (from !== undefined && after !== undefined)
    objections.push({ key: 'after', is: 'there beside from', expected: 'one of the two', stops: true });
  // Counted from when the rerun was made, its events would be gone before.
  if (retainedUntilMs === undefined)
    objections.push({ key: 'retainedUntilMs', expected: 'an instant', stops: true });
  if (phase === 'RELEASING' && sealedAtMs === undefined && needsItsInstant(stored))
    objections.push({ key: 'sealedAtMs', expected: 'an instant', stops: true });
  return objections;
}

/** A run that includes late events cannot do without its `sealedAt`: up to then they were received. */
export function needsItsInstant({ replay, include }: { replay: string; include?: unknown }): boolean {
  return isRerun(replay) && include !== 'sealed';
}
