const COLUMNS = 34;
const ROWS = 9;
const BRAILLE = 0x2800;
/** Bits of a Braille character, by row and column of its dots. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/**
 * Draws sequences side by side: what came first on the left, what should come first at the bottom. In order is a rising
 * line.
 */
export function drawOrders<T>(
  plots: { title: string; values: T[] }[],
  compare: (one: T, other: T) => number,
): string {
  const drawn = plots.map(({ title, values }) => [
    title.padEnd(COLUMNS + 2),
    ...frame(scatter(ranks(values, compare))),
  ]);
  const height = Math.max(...drawn.map((lines) => lines.length));
  return Array.from(
    { length: height },
    (_, line) => `  ${drawn.map((lines) => lines[line]).join('   ')}`,
  ).join('\n');
}

/** Where each value stands among all, from 0 to 1; equal ones stand together. */
function ranks<T>(values: T[], compare: (one: T, other: T) => number): number[] {
  const order = [...values.keys()].sort((one, other) => compare(values[one] as T, values[other] as T));
  const found: number[] = [];
  for (const [rank, index] of [...order.entries()].reverse()) {
    const above = order[rank + 1];
    const isEqual = above !== undefined && compare(values[index] as T, values[above] as T) === 0;
    found[index] = isEqual ? (found[above] as number) : rank / Math.max(1, values.length - 1);
  }
  return found;
}

function scatter(values: number[]): string[] {
  const cells = Array.from({ length: ROWS }, () => new Array<number>(COLUMNS).fill(0));
  values.forEach((value, index) => {
    const x = Math.floor((index / Math.max(1, values.length)) * COLUMNS * 2);
    const y = Math.round((1 - value) * (ROWS * 4 - 1));
    const row = cells[y >> 2] as number[];
    row[x >> 1] = (row[x >> 1] as number) | (DOTS[y & 3]?.[x & 1] as number);
  });
  return cells.map((row) => row.map((bits) => String.fromCharCode(BRAILLE + bits)).join(''));
}

function frame(lines: string[]): string[] {
  return [`┌${'─'.repeat(COLUMNS)}┐`, ...lines.map((line) => `│${line}│`), `└${'─'.repeat(COLUMNS)}┘`];
}
