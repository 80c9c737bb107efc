import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command';
import { installOnce } from './install-once';
import { ROOT, TOOLS } from './tools';

const PINNED = join(ROOT, 'test/e2e/frameworks/pinned');

/** What is installed, for a project that imports from it. */
export const FRAMEWORKS_MODULES = join(TOOLS, 'frameworks/node_modules');
/** The command of Serverless Framework 3, to be run by Node.js. */
export const SERVERLESS_3 = join(FRAMEWORKS_MODULES, 'serverless/bin/serverless.js');

/** Installs what the lockfile pins. No package's own scripts are run. */
export async function installFrameworks(): Promise<void> {
  await installOnce('frameworks', [join(PINNED, 'package-lock.json')], async (folder) => {
    await cp(PINNED, folder, { recursive: true });
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  });
}
