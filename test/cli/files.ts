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
