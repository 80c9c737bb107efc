import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const SOURCES = [
  'serverless.yml',
  'statemachines',
  'functions',
  'src',
  'scripts',
  'package.json',
  'tsconfig.json',
];
/** The command `sls`, to be run by Node.js. */
export const SLS = join(ROOT, 'node_modules/serverless/bin/serverless.js');

export interface StackCopy {
  folder: string;
  /** The linked dependencies. */
  dependencies: string;
  remove(): Promise<void>;
}

/** A copy of the stack in a temporary folder, so that a command neither touches the working tree nor needs it to itself. */
export async function copyStack(): Promise<StackCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'ordered-replay-'));
  await Promise.all(
    SOURCES.map((source) => cp(join(ROOT, source), join(folder, source), { recursive: true })),
  );
  const dependencies = join(folder, 'node_modules');
  await symlink(join(ROOT, 'node_modules'), dependencies);
  return { folder, dependencies, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Links a folder to all that this repository has installed, one by one, so that it can have others beside.
 *
 * @param others Where packages are that are missing here, or that the folder has in another version.
 */
export async function linkDependencies(folder: string, others: Record<string, string> = {}): Promise<void> {
  const installed = join(ROOT, 'node_modules');
  const linked = join(folder, 'node_modules');
  const ours = (await readdir(installed)).map((name) => [name, join(installed, name)] as const);
  await mkdir(linked);
  for (const [name, target] of Object.entries({ ...Object.fromEntries(ours), ...others })) {
    await symlink(target, join(linked, name));
  }
}
