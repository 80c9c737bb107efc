import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command';
import { ROOT, TOOLS } from './tools';

const FOLDER = join(TOOLS, 'frameworks');
const PINNED = join(ROOT, 'test/e2e/frameworks/pinned');

/** The command of Serverless Framework 3, to be run by Node.js. */
export const SERVERLESS_3 = join(FOLDER, 'node_modules/serverless/bin/serverless.js');
/** What is installed, for a project that imports from it. */
export const FRAMEWORKS_MODULES = join(FOLDER, 'node_modules');

/** Installs what the lockfile pins, unless that is what is there. No package's own scripts are run. */
export async function installFrameworks(): Promise<void> {
  const wanted = createHash('sha256')
    .update(await readFile(join(PINNED, 'package-lock.json')))
    .digest('hex');
  const madeOf = join(FOLDER, 'made-of');
  if (existsSync(madeOf) && (await readFile(madeOf, 'utf8')) === wanted) return;
  // Put into its place when it is complete: two runs may install at the same time.
  const folder = `${FOLDER}-${process.pid}`;
  await cp(PINNED, folder, { recursive: true });
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  await writeFile(join(folder, 'made-of'), wanted);
  await rm(FOLDER, { recursive: true, force: true, maxRetries: 3 });
  await rename(folder, FOLDER);
}
