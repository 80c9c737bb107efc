import { execFile } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { copyStack } from '../stack/stack-copy';
import { onceARun } from '../support/once-a-run';

const ROOT = resolve(__dirname, '../..');
const run = promisify(execFile);

/** Puts what `npm pack` makes where npm would install it. Gives the package's folder. */
export async function installConsumer(project: string): Promise<string> {
  const installed = join(project, 'node_modules/ordered-replay');
  await mkdir(installed, { recursive: true });
  await run('tar', ['xzf', await packedConsumer(), '-C', installed, '--strip-components=1']);
  return installed;
}

/** The package's tarball, made once in a run and in a copy: `npm pack` builds the package first. */
async function packedConsumer(): Promise<string> {
  const folder = await onceARun('packed-consumer', async (into) => {
    await copyStack(into);
    for (const file of ['tsconfig.build.json', 'README.md', 'LICENSE']) {
      await cp(join(ROOT, file), join(into, file));
    }
    await run('npm', ['pack', '--json'], { cwd: into });
  });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  return join(folder, String(tarball));
}
