/** One part of the benchmark: what it measured, as tables for people and as data for machines. */
export interface Section {
  title: string;
  tables: Table[];
  /** What a reader must know, and what was not measured. */
  notes: string[];
  targets: Target[];
  data: unknown;
}

export interface Table {
  caption?: string;
  head: string[];
  rows: string[][];
}

export interface Target {
  what: string;
  target: string;
  measured: string;
  met: boolean;
}

/** A table with one row for each item; the columns' names, and what stands in them. */
export function table<T>(
  caption: string,
  items: readonly T[],
  columns: Record<string, (item: T) => string | number>,
): Table {
  const cells = Object.values(columns);
  return {
    ...(caption && { caption }),
    head: Object.keys(columns),
    rows: items.map((item) => cells.map((cell) => String(cell(item)))),
  };
}

/** A number as it stands in a table: thousands apart, as many digits as say something. */
export function figure(value: number, digits = 2): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Several of them: `1 / 2 / 3`. */
export function figures(values: number[], digits = 2): string {
  return values.map((value) => figure(value, digits)).join(' / ');
}

export function percent(share: number): string {
  if (share === 0) return '0';
  return share < 0.001 ? '<0.1%' : `${figure(share * 100, share < 0.1 ? 1 : 0)}%`;
}
