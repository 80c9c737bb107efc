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
 * Draws sequences of sort keys side by side: what came first on the left, what should come first at the bottom. In
 * order is a rising line.
 */
export function drawOrders(plots: { title: string; keys: string[] }[]): string {
  const drawn = plots.map(({ title, keys }) => [title.padEnd(COLUMNS + 2), ...frame(scatter(ranks(keys)))]);
  const height = Math.max(...drawn.map((lines) => lines.length));
  return Array.from(
    { length: height },
    (_, line) => `  ${drawn.map((lines) => lines[line]).join('   ')}`,
  ).join('\n');
}

/** Where each key stands among all, from 0 to 1. */
function ranks(keys: string[]): number[] {
  const sorted = [...keys].sort();
  const rankOf = new Map(sorted.map((key, rank) => [key, rank]));
  return keys.map((key) => (rankOf.get(key) ?? 0) / Math.max(1, keys.length - 1));
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
