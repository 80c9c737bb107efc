import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of this test file's own, and files in it. */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ordered-replay-'));
  return {
    write(name: string, text: string): string {
      const file = path.join(folder, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** So many events of a shop, as JSON Lines. */
export function eventLines(count: number, eventOf: (n: number) => { ms: number; detail: object }): string {
  const lines = Array.from({ length: count }, (_, n) => {
    const { ms, detail } = eventOf(n);
    const time = new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
    return JSON.stringify({ source: 'shop', 'detail-type': 'Paid', time, detail });
  });
  return lines.join('\n');
}

/** A minute of three orders. */
export const FEW = eventLines(60, (n) => ({ ms: n * 1_000, detail: { orderId: `o-${n % 3}`, n } }));
