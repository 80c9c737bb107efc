import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../..');
const run = promisify(execFile);
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

/**
 * Where the framework keeps its schema once it is compiled, which takes it five seconds. It finds it by the schema's
 * hash and the compiler's version; left to itself it looks in the home, which is a new one here each time.
 */
export const SCHEMA_CACHE = { SLS_SCHEMA_CACHE_BASE_DIR: join(ROOT, 'node_modules/.cache') };

export interface StackCopy {
  folder: string;
  /** The linked dependencies. */
  dependencies: string;
  remove(): Promise<void>;
}

/**
 * A copy of the stack, so that a command neither touches the working tree nor needs it to itself.
 *
 * @param into A folder that is there; a temporary one if there is none.
 */
export async function copyStack(into?: string): Promise<StackCopy> {
  const folder = into ?? (await mkdtemp(join(tmpdir(), 'ordered-replay-')));
  await Promise.all(
    SOURCES.map((source) => cp(join(ROOT, source), join(folder, source), { recursive: true })),
  );
  const dependencies = join(folder, 'node_modules');
  await symlink(join(ROOT, 'node_modules'), dependencies);
  return { folder, dependencies, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** `sls` in a folder, without credentials and without a home that could have some. Gives everything that it wrote. */
export async function runSls(folder: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: folder, ...SCHEMA_CACHE };
  const { stdout, stderr } = await run(process.execPath, [SLS, ...args], { cwd: folder, env });
  return `${stdout}${stderr}`;
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
