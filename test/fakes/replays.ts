import { isObject } from '../../src/core/json';
import type { Replays } from '../../src/core/ports';
import { type Command, WISH_NAMES } from '../../src/core/replay/command';
import { END_PHASES, type ReplayRow, type RowChanges, type RowGuard } from '../../src/core/replay/row';
import { readRow as asReal, type StoredRow } from '../../src/core/replay/row-problems';
import { Unreadable } from '../../src/core/replay/unreadable';
import type { Runs } from '../../src/operator/ports';
import { byteOrder } from './byte-order';
import { demand, type FakeOptions, fake } from './fake';
import { Expiry } from './time-to-live';

/** `Replays`, and `Runs`, in memory. Rows are copied on their way in and out. */
export function memoryReplays({
  readRow = asReal,
  ...options
}: FakeOptions & { readRow?: typeof asReal } = {}) {
  const rows = new Map<string, ReplayRow>();
  const expiry = new Expiry(options.timeToLive);

  function rowOf(replay: string): ReplayRow | undefined {
    for (const name of expiry.vanished()) rows.delete(name);
    return rows.get(replay);
  }

  function write(row: ReplayRow): void {
    rows.set(row.replay, row);
    expiry.written(row.replay, row.expiresAtMs);
  }

  const port: Replays & Runs = {
    async get(replay) {
      const row = rowOf(replay);
      return row && readRow(copyOf(row) as unknown as StoredRow);
    },
    async create(row) {
      demand(row.replay !== '', 'a replay has a name');
      const { problems: _, ...rest } = row;
      write({ ...storable(rest), ...rowOf(row.replay) });
      return readRow(copyOf(rowOf(row.replay)) as unknown as StoredRow);
    },
    async add({ problems: _, ...row }) {
      if (rowOf(row.replay)) return false;
      write(storable(row));
      return true;
    },
    async save(replay, changes, guard) {
      demand(!('replay' in changes), 'the key of a row cannot be changed');
      const row = rowOf(replay);
      if (!row || !holds(guard, row)) return false;
      write(changed(row, changes));
      return true;
    },
    async addLate(replay) {
      const row = rowOf(replay);
      demand(row !== undefined, `no row of replay ${replay}`);
      // As DynamoDB refuses to add to what is no number.
      if (typeof (row.late ?? 0) !== 'number') throw new Error('ValidationException');
      row.late = (row.late ?? 0) + 1;
    },
    async notEnded() {
      for (const name of expiry.vanished()) rows.delete(name);
      const ended = ['DONE', 'CANCELLED', 'FAILED'];
      const found = [...rows.values()].filter(({ phase }) => !ended.includes(phase));
      return found.map((row) => readRow(copyOf(row) as unknown as StoredRow));
    },
  };

  return fake(
    'replays',
    port,
    {
      /** The row as it is now, not a copy: a test may change it, too. */
      row(replay: string): ReplayRow | undefined {
        return rowOf(replay);
      },
      /** Of all rows that are there. */
      get names(): string[] {
        for (const name of expiry.vanished()) rows.delete(name);
        return [...rows.keys()];
      },
      /** A row as somebody makes it by hand, with whatever they put into it. */
      type(row: { replay: string }): void {
        rows.set(row.replay, { ...row } as ReplayRow);
      },
    },
    options,
  );
}

export type MemoryReplays = ReturnType<typeof memoryReplays>;

function holds(guard: RowGuard, row: ReplayRow): boolean {
  const { checkpointUpTo, hasNoCheckpoint, hasNotEnded, commandAsRead, ...rest } = guard;
  const { planN, ...equal } = rest;
  if (hasNoCheckpoint && row.checkpoint !== undefined) return false;
  if ('planN' in rest && row.plan?.n !== planN) return false;
  if (commandAsRead && !isAsRead(row.command, commandAsRead)) return false;
  if (checkpointUpTo !== undefined && !isUpTo(row.checkpoint, checkpointUpTo)) return false;
  if (hasNotEnded && (END_PHASES as readonly string[]).includes(row.phase)) return false;
  return Object.entries(equal).every(([name, value]) => row[name as keyof ReplayRow] === kept(name, value));
}

/** Field by field; what is no map has none. */
function isAsRead(command: unknown, asRead: Command): boolean {
  const fields = isObject(command) ? command : {};
  return WISH_NAMES.every((name) => JSON.stringify(fields[name]) === JSON.stringify(asRead[name]));
}

/** What somebody typed in its place is at no position. */
function isUpTo(checkpoint: ReplayRow['checkpoint'], position: string): boolean {
  if (checkpoint === undefined) return true;
  const at: unknown = (checkpoint as Partial<typeof checkpoint> | null)?.position;
  return typeof at === 'string' && byteOrder(at, position) <= 0;
}

function changed(row: ReplayRow, changes: RowChanges): ReplayRow {
  const next: Record<string, unknown> = { ...row };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete next[name];
    else next[name] = storable(value, name);
  }
  return next as unknown as ReplayRow;
}

/** Rows are plain values, and a clone of any structure takes ten times as long. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Unreadable) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy = { ...value } as Record<string, unknown>;
  for (const name in copy) if (typeof copy[name] === 'object') copy[name] = copyOf(copy[name]);
  return copy as T;
}

/** A deep copy as the table would give it back. */
function storable<T>(value: T, name = ''): T {
  if (typeof value !== 'object' || value === null) return kept(name, value);
  if (Array.isArray(value)) return value.map((part) => storable(part)) as T;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, storable(part, key)])) as T;
}

/** Beyond it JavaScript has no date, and the table's adapter no text: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_INSTANT_MS = 8.64e15;

/** A due time is exact, a time to live has whole seconds, every other instant whole milliseconds. */
function kept<T>(name: string, value: T): T {
  if (typeof value !== 'number') return value;
  demand(Number.isFinite(value), `${name} is ${value}`);
  if (name.endsWith('Ms') && name !== 'expiresAtMs')
    demand(Math.abs(value) <= LAST_INSTANT_MS, `${name} is ${value}, which is no instant`);
  if (name === 'expiresAtMs') return (Math.ceil(value / 1_000) * 1_000) as T;
  return (name.endsWith('Ms') && name !== 'dueAtMs' ? Math.trunc(value) : value) as T;
}
