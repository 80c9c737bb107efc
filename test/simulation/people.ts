import { REPLAY, WINDOW_START_MS } from '../support/events';
import type { Occasion, PlannedCommand, Wish } from './commands';
import { type RowSeen, TOOL } from './steering-tool';
import type { World } from './world';

const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];
const MOST_TRIES = 5;
/** An overseer gives up who finds for longer than any outage lasts that nothing runs. */
const VAIN_FOR_MS = 24 * 3_600_000;

/** What the tool writes into `command`: `undefined` removes a field. */
type Fields = Record<string, unknown>;

/**
 * Several people who wish something of a run while it goes on: each with the tool, or by hand, at a moment of their own.
 * The tool is a model of its own: it updates fields of `command`, if the row exists and has not ended, and then starts
 * the next generation where nobody would look at the row soon.
 */
export function people(world: World, parts: { start(generation: number): Promise<'started' | 'ended'> }) {
  const { scenario, scheduler, tables, checkers, trace } = world;
  const random = world.random('people');
  const tool = { ...TOOL, ...world.protocol.bendTool };
  const happened = new Map<Occasion, number>();
  let vainForMs = 0;

  const rowNow = () => tables.replays.row(REPLAY) as unknown as RowSeen | undefined;
  const seeRow = () => {
    const row = rowNow();
    return row && { ...row };
  };

  /** The positions of all events that are not late, in order. */
  function positions(): string[] {
    const inTime = tables.buffer.stored(REPLAY).filter(({ late }) => !late);
    return inTime.map(({ position }) => position).sort((a, b) => (a < b ? -1 : 1));
  }

  /** From where a step counts: behind what is released, and behind a step that is still to come. */
  function placeOf({ checkpoint, command }: RowSeen): string {
    const { stepTo } = command ?? {};
    const pending = typeof stepTo === 'string' ? stepTo : '';
    return [checkpoint?.position ?? '', pending].sort().at(-1) as string;
  }

  function fieldsOf(wish: Wish, seen: RowSeen): Fields | undefined {
    switch (wish.does) {
      case 'pause':
        return { paused: true, stepTo: undefined };
      case 'resume':
        return { paused: undefined, stepTo: undefined, until: undefined };
      case 'resumeWithoutDead':
        return { paused: undefined, stepTo: undefined, until: undefined, onMissing: 'continue' };
      case 'cancel':
        return { cancelled: true };
      case 'speed':
        return { speed: wish.speed };
      case 'idle':
        return { idle: wish.idle };
      case 'until': {
        const until = 'second' in wish ? timeOf(wish.second) : positions()[wish.event];
        return until === undefined ? undefined : { until, paused: undefined, stepTo: undefined };
      }
      case 'step': {
        const place = placeOf(seen);
        const stepTo = positions()
          .filter((position) => position > place)
          .slice(0, wish.events)
          .at(-1);
        return stepTo === undefined ? undefined : { stepTo, paused: true };
      }
    }
  }

  /** One update of the row, in one atomic step. */
  function write(fields: Fields, by: PlannedCommand['by'], wish?: Wish, seen?: RowSeen): boolean {
    const row = rowNow();
    if (!row || ENDED.includes(row.phase)) return false;
    if (wish?.does === 'step' && seen && !tool.isAsSeen(row, seen)) return false;
    const command: Fields = { ...(row.command ?? {}), ...fields };
    for (const name of Object.keys(command)) if (command[name] === undefined) delete command[name];
    row.command = command;
    trace.note('person', () => `${by === 'tool' ? 'writes' : 'types'} ${JSON.stringify(command)}`);
    checkers.commanded({ by, ...(wish && seen && { wish, place: placeOf(seen) }) });
    return true;
  }

  /** A request of a person's tool: their computers are slow and fast, and AWS answers sooner or later. */
  const takesAMoment = () => scheduler.sleep(random.integer(5, random.chance(0.1) ? 2_000 : 200));

  async function useTool(wish: Wish): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const seen = seeRow();
      const fields = seen && fieldsOf(wish, seen);
      if (!fields) return;
      await takesAMoment();
      if (write(fields, 'tool', wish, seen)) return wake();
      if (ENDED.includes(rowNow()?.phase)) return;
      // Somebody was there first; most people look again.
      if (random.chance(0.3)) return;
    }
  }

  async function wake(): Promise<void> {
    const row = seeRow();
    if (!row || !tool.wakes(row, scheduler.nowMs)) return;
    for (let n = 1; n <= MOST_TRIES; n++) {
      await takesAMoment();
      if ((await parts.start(row.generation + n)) === 'started') return;
    }
  }

  function does({ by, wish, types }: PlannedCommand): void {
    if (by === 'tool' && wish) {
      scheduler.spawn(() => useTool(wish));
      return;
    }
    const seen = seeRow();
    const fields = types ?? (seen && wish && fieldsOf(wish, seen));
    if (seen && fields) write(fields, 'hand', wish, seen);
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
