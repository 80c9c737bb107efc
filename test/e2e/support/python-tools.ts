import { join } from 'node:path';
import { run } from './command';
import { installOnce } from './install-once';
import { demandProgram } from './needed-program';
import { ROOT, TOOLS } from './tools';

const REQUIREMENTS = join(ROOT, 'test/e2e/requirements.txt');
const CONSTRAINTS = join(ROOT, 'test/e2e/constraints.txt');

/** Path of a program of the virtual environment, such as `moto_server`. */
export const pythonTool = (name: string) => join(TOOLS, 'venv/bin', name);

/** Makes the virtual environment of the emulators, the AWS CLI and cfn-lint. */
export async function installPythonTools(): Promise<void> {
  await demandProgram({
    command: 'python3',
    args: ['--version'],
    neededFor: 'The virtual environment',
    called: 'Python',
    // Of networkx 3.6, as constraints.txt pins it.
    least: [3, 11],
  });
  await installOnce('venv', [REQUIREMENTS, CONSTRAINTS], async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    const pip = join(folder, 'bin/pip');
    await run(pip, ['install', '--quiet', '-r', REQUIREMENTS, '-c', CONSTRAINTS]);
  });
}
