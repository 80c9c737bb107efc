import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command';
import { ROOT, TOOLS } from './tools';

const VENV = join(TOOLS, 'venv');
const REQUIREMENTS = join(ROOT, 'test/e2e/requirements.txt');
const CONSTRAINTS = join(ROOT, 'test/e2e/constraints.txt');

/** Path of a program of the virtual environment, such as `moto_server`. */
export const pythonTool = (name: string) => join(VENV, 'bin', name);

/** Makes the virtual environment, unless the one that is there was made of the same requirements. */
export async function installPythonTools(): Promise<void> {
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .update(await readFile(CONSTRAINTS))
    .digest('hex');
  const stamp = join(VENV, 'made-of');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  await rm(VENV, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', VENV]);
  await run(pythonTool('pip'), ['install', '--quiet', '-r', REQUIREMENTS, '-c', CONSTRAINTS]);
  await writeFile(stamp, wanted);
}
