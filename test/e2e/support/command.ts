import { execFile } from 'node:child_process';

export interface Finished {
  stdout: string;
  stderr: string;
}

/** Runs a command to its end; the error of one that fails says what it wrote. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 64 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      if (!error) return resolve({ stdout, stderr });
      const line = [command, ...args].join(' ');
      reject(Object.assign(new Error(`${line}: ${error.message}\n${stdout}${stderr}`), { stdout, stderr }));
    });
  });
}
