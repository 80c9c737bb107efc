import { spawn } from 'node:child_process';
import path from 'node:path';
import { exitCodeOf } from '../../src/cli/command';
import { firstRun } from '../../src/cli/first-run';
import type { Settings } from '../../src/core/settings';
import { FAST } from '../local/fast-settings';

export const ROOT = path.join(__dirname, '../..');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start -- ...args`, as a process of its own. */
export function startProcess(...args: string[]): Promise<Run> {
  const child = spawn('node', ['--import', 'tsx', 'src/cli/start.ts', ...args], { cwd: ROOT });
  const run: Run = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      run[name] += text;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...run, code })));
}

/** The same in this process, by default with shorter waits. */
export async function start(args: string[], settings: Partial<Settings> = FAST): Promise<Run> {
  const run: Run = { code: null, stdout: '', stderr: '' };
  const stdout = {
    write(text: string) {
      run.stdout += text;
      return true;
    },
  };
  const toStderr = jest.spyOn(console, 'error').mockImplementation((text) => {
    run.stderr += `${text}\n`;
  });
  const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  run.code = await exitCodeOf((each) => firstRun(each, { stdout, settings }), args);
  for (const spy of [toStderr, progress]) spy.mockRestore();
  return run;
}

export function expectRefusal({ code, stdout, stderr }: Run, message: string): void {
  expect(code).toBe(2);
  expect(stdout).toBe('');
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect(lines).toEqual([expect.stringContaining(message)]);
}
