import type { JsonObject } from '../../src/core/json';
import type { RowChanges } from '../../src/core/replay/row';
import { eventOf, REPLAY } from '../support/events';
import type { Scenario } from './scenario';
import type { SideRoad } from './side-road';
import type { World } from './world';

/** An INCOMPLETE replay waits for a person: this one comes at last, though not before the time that was drawn. */
const LATEST_MS = 1_500_000;

const UNDER_WAY = ['COLLECTING', 'INCOMPLETE', 'SEALED', 'RELEASING'];

/**
 * The person who looks after dead letters (before the seal, on it, and long after), and who may cancel a replay that
 * is being released by setting its row's phase.
 */
export function operator(world: World, road: SideRoad) {
  const { scenario, scheduler, tables, checkers, trace } = world;
  const { act, trigger, delayMs, paceMs } = scenario.operator;
  let acted = false;
  let isComing = false;
  let comings = 0;

  function mend(event: JsonObject): JsonObject {
    const plan = scenario.events.find(({ id }) => id === event.id);
    return plan ? eventOf(plan) : event;
  }

  function handle(): void {
    if (act === 'purge') road.purge();
    else road.redrive(mend, paceMs);
  }

  function sees(what: Scenario['operator']['trigger']): void {
    if (what === trigger && !acted) {
      acted = true;
      scheduler.at(delayMs, handle);
    }
    if (what === 'incomplete' && !isComing) {
      isComing = true;
      scheduler.at(Math.max(LATEST_MS, delayMs), () => {
        isComing = false;
        handle();
      });
    }
  }

  function cancelRow(phases: readonly string[]): void {
    const row = tables.replays.row(REPLAY);
    if (!row || !phases.includes(row.phase)) return;
    trace.note('operator', () => 'sets the row to CANCELLED');
    row.phase = 'CANCELLED';
    checkers.cancelled();
  }

  return {
    dead: () => sees('dead'),
    rowMade(): void {
      const { cancelAnyRowAfterMs } = scenario;
      if (cancelAnyRowAfterMs !== undefined) scheduler.at(cancelAnyRowAfterMs, () => cancelRow(UNDER_WAY));
    },
    rowSaved(changes: RowChanges): void {
      // Whoever acts on an empty reading acts on letters that it missed, or that the replay goes on without.
      if (changes.queuesEmptyAtMs !== undefined && road.queues.deadLetters.length > 0) sees('emptyOnce');
      if (changes.phase === 'INCOMPLETE') sees('incomplete');
      if (changes.phase === 'SEALED') sees('sealed');
      if (changes.phase === 'RELEASING') sees('releasing');
      if (changes.phase === 'RELEASING' && scenario.cancelRowAfterMs !== undefined) {
        scheduler.at(scenario.cancelRowAfterMs, () => cancelRow(['RELEASING']));
      }
    },
    /** When nothing happens any more: redrives what is left. False where there is nothing to do. */
    comesBack(): boolean {
      if (road.queues.deadLetters.length === 0 || comings++ > 0) return false;
      handle();
      return true;
    },
  };
}
