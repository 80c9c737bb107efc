import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';

export const ROOT = path.join(__dirname, '..');

/** Runs Node.js in a process of its own and reads the JSON that it prints last. */
export async function runNode(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** Bundles a source file of the project; returns the file that came out. */
export async function bundle(source: string, folder: string, options: BuildOptions): Promise<string> {
  const outfile = path.join(
    folder,
    `${path.basename(path.dirname(source))}-${path.basename(source, '.ts')}.cjs`,
  );
  await build({ ...options, entryPoints: [path.join(ROOT, source)], outfile, logLevel: 'error' });
  return outfile;
}

/**
 * Bundles a program of this folder, as functions are bundled, and hands it over to be run in processes of its own:
 * so the measured process loads nothing of this one.
 */
export async function withProgram<T>(
  program: string,
  use: (run: (flags: string[], ...args: (string | number)[]) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const mainFields = ['module', 'main'];
    const options: BuildOptions = { bundle: true, platform: 'node', target: 'node20', mainFields };
    const file = await bundle(`bench/${program}`, folder, options);
    return use((flags, ...args) => runNode([...flags, file, ...args.map(String)]));
  });
}

/** A folder for as long as it is used. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ordered-replay-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
