import type { JsonObject } from '../../src/core/json';
import type { RowChanges } from '../../src/core/replay/row';
import { REPLAY } from '../support/events';
import { eventFor } from './long-numbers';
import type { Scenario, Typing } from './scenario';
import type { SideRoad } from './side-road';
import type { World } from './world';

/** An INCOMPLETE replay waits for a person: this one comes at last, though not before the time that was drawn. */
const LATEST_MS = 1_500_000;

const UNDER_WAY = ['COLLECTING', 'INCOMPLETE', 'SEALED', 'RELEASING'];

/**
 * The person who looks after dead letters (before the seal, on it, and long after), and who changes rows by
 * hand: to cancel a replay, or by mistake.
 */
export function operator(world: World, road: SideRoad) {
  const { scenario, scheduler, tables, checkers, trace } = world;
  const { act, trigger, delayMs, paceMs } = scenario.operator;
  let acted = false;
  let isComing = false;
  let comings = 0;

  function mend(event: JsonObject): JsonObject {
    const plan = scenario.events.find(({ id }) => id === event.id);
    return plan ? eventFor(plan) : event;
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
    world.listeners.rowSaved({ phase: 'CANCELLED' });
  }

  /** The row as a map of anything, as its table is for a person. */
  function attributes(): Record<string, unknown> | undefined {
    return tables.replays.row(REPLAY) as unknown as Record<string, unknown> | undefined;
  }

  function type({ attribute, part, value, forMs }: Typing): void {
    const row = attributes();
    if (!row || !UNDER_WAY.includes(row.phase as string)) return;
    const before = row[attribute];
    if (part !== undefined && before === undefined) return;
    const typed = part === undefined ? value : { ...(before as object), [part]: value };
    trace.note('operator', () => `types ${JSON.stringify(typed)} into ${attribute}`);
    put(row, attribute, typed);
    const isStanding = () => JSON.stringify(attributes()?.[attribute]) === JSON.stringify(typed);
    checkers.typed(isStanding);
    scheduler.at(forMs, () => {
      const later = attributes();
      if (!later) return;
      trace.note('operator', () => `corrects ${attribute}${isStanding() ? '' : ', which needs it no more'}`);
      checkers.corrects();
      if (isStanding()) put(later, attribute, before);
    });
  }

  return {
    dead: () => sees('dead'),
    makesRow(): void {
      const { rowBefore } = scenario;
      if (!rowBefore) return;
      const { phase } = rowBefore;
      tables.replays.type({ replay: REPLAY, ...(phase && { phase }) });
      if (phase === 'CANCELLED') checkers.cancelled();
    },
    rowMade(): void {
      const { cancelAnyRowAfterMs, typing } = scenario;
      if (typing) scheduler.at(typing.afterMs, () => type(typing));
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

function put(row: Record<string, unknown>, attribute: string, value: unknown): void {
  if (value === undefined) delete row[attribute];
  else row[attribute] = value;
}
