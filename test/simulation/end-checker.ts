import type { ReplayRow } from '../../src/core/replay/row';
import type { Settings } from '../../src/core/settings';
import type { CountChecker } from './count-checker';
import type { LaneChecker } from './lane-checker';
import type { Oracle } from './oracle';
import type { Faults, Scenario } from './scenario';
import type { Scheduler } from './scheduler';
import { demand } from './verdict';

/** Faults after which a number may be too high or too low by what was done twice or not to its end. */
const BLUR: readonly (keyof Faults)[] = [
  'expressTwice',
  'crash',
  'hang',
  'zombie',
  'lambdaThrottled',
  'slowRequest',
  'requestThrottled',
  'answerLost',
  'parkFails',
  'messageTwice',
];

/** Where every event has ended, and whether the row's numbers say so. */
export function createEndChecker(parts: {
  scenario: Scenario;
  settings: Settings;
  scheduler: Scheduler;
  oracle: Oracle;
  lanes: LaneChecker;
  counts: CountChecker;
  accepted: ReadonlySet<string>;
  purged: ReadonlySet<string>;
}) {
  const { scenario, settings, scheduler, oracle, lanes, counts, accepted, purged } = parts;
  const isExact =
    BLUR.every((fault) => scenario.faults[fault] === 0) &&
    !scenario.dies &&
    !scenario.refuses &&
    scenario.concurrency === undefined &&
    !scenario.typing &&
    // Two deliveries of one late event at one moment may both count it.
    !scenario.reruns &&
    scenario.abortSequencerAfterMs === undefined &&
    scenario.events.every(
      ({ bad, cursed, unreachable, slowPut }) => !bad && !cursed && !unreachable && !slowPut,
    );

  /** R1: every event is in exactly one place, for as long as events are kept. */
  function checkOutcomes(row: ReplayRow | undefined, dead: ReadonlySet<string>): void {
    const stored = oracle.stored();
    const isDone = row?.phase === 'DONE';
    for (const id of accepted) {
      const kept = stored.get(id);
      if (!kept && row && mayHaveExpired(row)) continue;
      demand(kept !== undefined || dead.has(id) || purged.has(id), 'R1', () => `${id} is lost`);
      if (!kept || !isDone) continue;
      demand(kept.late || lanes.has(id), 'R1', () => `${id} is in no lane, and not late`);
      demand(!kept.late || !lanes.has(id), 'R1', () => `${id} is in a lane, and late`);
    }
  }

  function mayHaveExpired({ createdAtMs }: ReplayRow): boolean {
    return scheduler.nowMs + scenario.skewMs >= createdAtMs + settings.retentionMs;
  }

  /** R1: every outcome is counted. */
  function checkCounts(row: ReplayRow, dead: ReadonlySet<string>): void {
    const stored = [...oracle.stored()];
    const set = mayHaveExpired(row) ? row.collected : stored.filter(([, { late }]) => !late).length;
    const released = row.checkpoint?.released ?? 0;
    demand(
      row.collected === set && released === set,
      'R1',
      () => `${row.collected} counted, ${released} released, ${set} in the set`,
    );
    // A late event whose counting failed has its message in the dead-letter queue, and is counted when that returns.
    const late = stored.filter(([id, each]) => each.late && !dead.has(id));
    demand(row.late >= late.length, 'R1', () => `${late.length} are late, ${row.late} counted`);
    const unmarked = late.filter(([, { lateCounted }]) => !lateCounted).map(([id]) => id);
    demand(unmarked.length === 0, 'R1', () => `${unmarked.join(', ')} would be counted again`);
    if (isExact) counts.isExact(row, [...oracle.stored().values()]);
  }

  return { checkOutcomes, checkCounts };
}
