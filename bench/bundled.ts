import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/**
 * Bundles a program of this folder, as functions are bundled, and hands it over to be run in processes of its own:
 * what is loaded here, and how, is not measured along.
 */
export async function withBundled<T>(
  program: string,
  use: (run: (flags: string[], ...args: string[]) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ordered-replay-bench-'));
  try {
    const outfile = path.join(folder, 'program.cjs');
    const entryPoints = [path.join(__dirname, program)];
    const mainFields = ['module', 'main'];
    await build({
      entryPoints,
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      mainFields,
      logLevel: 'error',
    });
    return await use(async (flags, ...args) => {
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, outfile, ...args]);
      return JSON.parse(stdout);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
