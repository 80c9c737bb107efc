import type { SequenceAnswer } from '../../src/core/replay/call';
import type { ReplayRow } from '../../src/core/replay/row';
import type { LaneRecord } from '../fakes/lanes';
import { REPLAY } from '../support/events';
import { playOut } from './cloud';
import type { TakeUp } from './command-checker';
import { markedReads } from './eventual-reads';
import type { Actor } from './fate';
import { type Protocol, REAL } from './protocol';
import type { RerunOutcome } from './rerun-checkers';
import type { Faults, Scenario } from './scenario';
import type { TraceLine } from './trace';
import type { Violation } from './verdict';
import { createWorld } from './world';

export interface Outcome {
  violation: Violation | undefined;
  trace: readonly TraceLine[];
  turns: number;
  phase: string | undefined;
  /** What came up, so that a test can see that everything does. */
  struck: ReadonlyMap<keyof Faults, number>;
  late: number;
  released: number;
  generation: number;
  row: ReplayRow | undefined;
  /** The codes of the warnings that the row had at any time. */
  warned: readonly string[];
  /** The phases that the row went through. */
  phases: readonly string[];
  /** What the executions were told, in turn. */
  answers: readonly SequenceAnswer[];
  /** What the reruns came to, and with which codes others were refused. */
  reruns: readonly RerunOutcome[];
  refusals: readonly string[];
  /** All appends. */
  lanes: readonly LaneRecord[];
  /** Requests by port and method, since the release began. */
  requests: ReadonlyMap<string, number>;
  /** How many commands people gave, and how long each took to be taken up. */
  commands: { accepted: number; takeUps: readonly TakeUp[] };
  /** Calls that the account refused. */
  refused: number;
  /** Events that were parked in Overflow. */
  parked: number;
  /** Points of the functions' calls that a process could die at. */
  points: Readonly<Record<Actor, number>>;
  /** From the write of SEALED to the first read for release. */
  dwellMs: number | undefined;
  /** From EventBridge's COMPLETED, when it was so and not when it was seen, to the start of the release. */
  releaseAfterMs: number | undefined;
}

/** Plays one scenario to its end. */
export async function run(
  scenario: Scenario,
  { protocol = REAL, recording = false }: { protocol?: Protocol; recording?: boolean } = {},
): Promise<Outcome> {
  const world = createWorld(scenario, protocol, await markedReads(protocol), recording);
  const { stackTraceLimit } = Error;
  // Thousands of errors a run are wanted, and nobody reads where they come from.
  if (!recording) Error.stackTraceLimit = 0;
  try {
    await playOut(world);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  const row = world.tables.replays.row(REPLAY);
  return {
    violation: world.checkers.violation,
    trace: world.trace.lines,
    turns: world.scheduler.turns,
    phase: row?.phase,
    struck: world.struck,
    late: row?.late ?? 0,
    released: row?.checkpoint?.released ?? 0,
    generation: row?.generation ?? 0,
    row: row && { ...row },
    phases: world.checkers.phases,
    warned: [...world.checkers.warned],
    answers: world.checkers.answers,
    reruns: world.checkers.reruns.outcomes,
    refusals: world.checkers.reruns.refusals,
    lanes: world.tables.lanes.log,
    requests: world.requests,
    commands: world.checkers.commands,
    refused: world.account.refused,
    parked: world.parked,
    points: world.fate.passed,
    dwellMs: world.checkers.dwellMs,
    releaseAfterMs: world.checkers.releaseAfterMs,
  };
}
