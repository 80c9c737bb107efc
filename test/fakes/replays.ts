import type { Replays } from '../../src/core/ports';
import type { ReplayRow, RowChanges, RowGuard } from '../../src/core/replay/row';
import { byteOrder } from './byte-order';
import { demand, type FakeOptions, fake } from './fake';
import { Expiry } from './time-to-live';

/** `Replays` in memory. Rows are copied on their way in and out. */
export function memoryReplays(options: FakeOptions = {}) {
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

  const port: Replays = {
    async get(replay) {
      return copyOf(rowOf(replay));
    },
    async create(row) {
      demand(row.replay !== '', 'a replay has a name');
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
      row.late++;
    },
    async notEnded() {
      for (const name of expiry.vanished()) rows.delete(name);
      const ended = ['DONE', 'CANCELLED', 'FAILED'];
      return {
        rows: [...rows.values()].filter(({ phase }) => !ended.includes(phase)).map(copyOf),
        unreadable: [],
      };
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
    },
    options,
  );
}

export type MemoryReplays = ReturnType<typeof memoryReplays>;

function holds({ checkpointUpTo, ...equal }: RowGuard, row: ReplayRow): boolean {
  const checkpoint = row.checkpoint?.position;
  if (checkpointUpTo !== undefined && checkpoint !== undefined && byteOrder(checkpoint, checkpointUpTo) > 0) {
    return false;
  }
  return Object.entries(equal).every(([name, value]) => row[name as keyof ReplayRow] === kept(name, value));
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
  if (typeof value !== 'object' || value === null) return value;
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

/** A due time is exact, a time to live has whole seconds, every other instant whole milliseconds. */
function kept<T>(name: string, value: T): T {
  if (typeof value !== 'number') return value;
  demand(Number.isFinite(value), `${name} is ${value}`);
  if (name === 'expiresAtMs') return (Math.ceil(value / 1_000) * 1_000) as T;
  return (name.endsWith('Ms') && name !== 'dueAtMs' ? Math.trunc(value) : value) as T;
}
