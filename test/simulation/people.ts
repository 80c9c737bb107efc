import { REPLAY, WINDOW_START_MS } from '../support/events';
import type { commandTool } from './command-tool';
import type { Occasion, PlannedCommand, Wish } from './commands';
import { commandAfter, type Fields, fieldsOf, type Places, placeOf, type RowSeen } from './wish-model';
import type { World } from './world';

const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];
const MOST_TRIES = 5;
/** An overseer gives up who finds for longer than any outage lasts that nothing runs. */
const VAIN_FOR_MS = 24 * 3_600_000;

/**
 * Several people who wish something of a run while it goes on: each with the tool, or by hand, at a moment of their own.
 * By hand they change fields of `command` in the row, in one update.
 */
export function people(world: World, tool: ReturnType<typeof commandTool>) {
  const { scenario, scheduler, tables, checkers, trace } = world;
  const random = world.random('people');
  const happened = new Map<Occasion, number>();
  let vainForMs = 0;

  const rowNow = () => tables.replays.row(REPLAY) as unknown as RowSeen | undefined;

  function placesNow(): Places {
    const inTime = tables.buffer.stored(REPLAY).filter(({ late }) => !late);
    const positions = inTime.map(({ position }) => position).sort((a, b) => (a < b ? -1 : 1));
    return { positions, timeOf };
  }

  function type(fields: Fields, wish?: Wish): void {
    const row = rowNow();
    if (!row || ENDED.includes(row.phase)) return;
    const before = { ...row };
    row.command = commandAfter(row, fields);
    trace.note('person', () => `types ${JSON.stringify(row.command)}`);
    checkers.commanded({ by: 'hand', ...(wish && { wish, place: placeOf(before) }) });
  }

  /** What is written is that which was wished, and a step's end counts from the row as it was then. */
  function written(wish: Wish, said: Fields, before: RowSeen): void {
    const fields = wish.does === 'step' ? fieldsOf(wish, placesNow(), before) : said;
    const expected = commandAfter(before, fields ?? {});
    checkers.commanded({ by: 'tool', wish, place: placeOf(before), expected });
  }

  async function useTool(wish: Wish): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const said = wish.does === 'step' ? {} : fieldsOf(wish, placesNow());
      if (!said) return;
      const told = await tool.say(wish, said.until as string | undefined, (seen) =>
        written(wish, said, seen),
      );
      // Most people look again.
      if (told !== 'lost' || random.chance(0.3)) return;
    }
  }

  function does({ by, wish, types }: PlannedCommand): void {
    if (by === 'tool' && wish) {
      scheduler.spawn(() => useTool(wish));
      return;
    }
    const row = rowNow();
    const fields = types ?? (row && wish && fieldsOf(wish, placesNow(), row));
    if (fields) type(fields, wish);
  }

  function occurs(occasion: Occasion): void {
    const { planned = [] } = scenario.commands ?? {};
    const times = (happened.get(occasion) ?? 0) + 1;
    happened.set(occasion, times);
    for (const command of planned) {
      if (command.after !== occasion || (command.times ?? 1) !== times) continue;
      scheduler.at(command.ms, () => does(command));
    }
  }

  /** Comes back until the run is over. */
  function oversee(): void {
    const { overseer } = scenario.commands ?? {};
    if (!overseer || overseer.does === 'nothing') return;
    const { everyMs } = overseer;
    const wish: Wish = { does: overseer.does };
    scheduler.at(everyMs, () => {
      const row = rowNow();
      vainForMs = world.running.length > 0 ? 0 : vainForMs + everyMs;
      if (ENDED.includes(row?.phase) || vainForMs > VAIN_FOR_MS) return;
      const { paused, until, stepTo } = row?.command ?? {};
      if ((paused ?? until ?? stepTo) !== undefined) scheduler.spawn(() => useTool(wish));
      oversee();
    });
  }

  return {
    started: () => occurs('started'),
    rowMade(): void {
      occurs('made');
      oversee();
    },
    rowSaved(changes: { phase?: unknown; counting?: unknown }): void {
      if (changes.phase === 'SEALED') occurs('sealed');
      if (changes.counting !== undefined) occurs('counting');
      if (changes.phase === 'RELEASING') occurs('releasing');
    },
    appended: () => occurs('appended'),
  };
}

function timeOf(second: number): string {
  return new Date(WINDOW_START_MS + 1_000 * second).toISOString().replace('.000', '');
}
