import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A person's shell: what one command sets, the next has. */
export interface Shell {
  /** Runs commands and gives what they wrote. Throws where one of them fails. */
  run(commands: string): Promise<string>;
  close(): Promise<void>;
}

/** bash, which stops at the first command that fails. */
export function openShell(cwd: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn('bash', ['--noprofile', '--norc'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let turn = 0;
  return {
    async run(commands) {
      const mark = `-- ${++turn} done --`;
      child.stdin.write(`set -e -o pipefail\n${commands}\nset +e; echo '${mark}'\n`);
      return outputUntil(child, mark, commands);
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

function outputUntil(child: ChildProcess, mark: string, commands: string): Promise<string> {
  let stdout = '';
  let everything = '';
  return new Promise((resolve, reject) => {
    const toStdout = (chunk: Buffer) => {
      stdout += chunk;
      everything += chunk;
      if (stdout.includes(`${mark}\n`)) settle(() => resolve(stdout.slice(0, stdout.indexOf(mark))));
    };
    const toStderr = (chunk: Buffer) => {
      everything += chunk;
    };
    const failed = (code: number) =>
      settle(() => reject(new Error(`bash ended with ${code}:\n${commands}\n${everything}`)));
    const settle = (how: () => void) => {
      child.stdout?.off('data', toStdout);
      child.stderr?.off('data', toStderr);
      child.off('exit', failed);
      how();
    };
    child.stdout?.on('data', toStdout);
    child.stderr?.on('data', toStderr);
    child.on('exit', failed);
  });
}
