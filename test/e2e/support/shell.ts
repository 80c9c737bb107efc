import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { SCHEMA_CACHE } from '../../stack/stack-copy';
import { ACCESS, type Endpoint, trusting } from './aws-cli';
import { cleanEnvironment } from './environment';
import { pythonTool } from './python-tools';

/** A reader's shell: what one block of a document's commands sets, the next has. */
export interface Shell {
  /** Runs commands and gives what they wrote. Throws where one of them fails, in the middle of a pipe too. */
  run(commands: string): Promise<string>;
  /** What a block has exported; nothing where none has. */
  valueOf(name: string): Promise<string>;
  /** Ends it, with whatever still runs in it. */
  close(): Promise<void>;
}

/**
 * bash, with an emulator for AWS; the first command that fails ends it.
 *
 * @param folder Where it begins, and the reader's home.
 * @param standIn Path of a program to run in the place of the AWS CLI.
 */
export async function openShell(folder: string, endpoint: Endpoint, standIn?: string): Promise<Shell> {
  const { url, env: trust } = trusting(endpoint);
  // Not the Region: a reader's shell has none but what the document sets.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PAGER } = ACCESS;
  const access = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PAGER };
  const env = cleanEnvironment({ HOME: folder, ...SCHEMA_CACHE, ...access, ...trust, AWS_ENDPOINT_URL: url });
  env.PATH = `${dirname(pythonTool('aws'))}:${env.PATH}`;
  // A group of its own, so that its commands end with it.
  const child = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, detached: true });
  // It may have ended by the time that it is asked for more; `run` says so.
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit');
  let turn = 0;
  const run = (commands: string): Promise<string> => {
    if (child.exitCode !== null || child.signalCode !== null) {
      return Promise.reject(new Error(`bash had ended before:\n${commands}`));
    }
    const mark = `-- ${++turn} done --`;
    const output = outputUntil(child, mark, commands);
    // Commands that read would else read the commands after them.
    child.stdin.write(`set -eu -o pipefail\n{\n${commands}\n} </dev/null\nset +eu; echo '${mark}'\n`);
    return output;
  };
  const shell: Shell = {
    run,
    valueOf: async (name) => (await run(`printenv ${name} || true`)).trimEnd(),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-(child.pid as number), 'SIGKILL');
      await ended;
    },
  };
  // Version 1 of the AWS CLI does not heed AWS_ENDPOINT_URL for SQS.
  const aws = standIn ? `'${standIn}'` : 'command aws --endpoint-url "$AWS_ENDPOINT_URL"';
  await shell.run(`aws() { ${aws} "$@"; }`);
  return shell;
}

function outputUntil(child: ChildProcessWithoutNullStreams, mark: string, commands: string): Promise<string> {
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
    const failed = (code: number | null) =>
      settle(() => reject(new Error(`bash ended with ${code}:\n${commands}\n${everything}`)));
    const settle = (how: () => void) => {
      child.stdout.off('data', toStdout);
      child.stderr.off('data', toStderr);
      child.off('close', failed);
      how();
    };
    child.stdout.on('data', toStdout);
    child.stderr.on('data', toStderr);
    child.on('close', failed);
  });
}
