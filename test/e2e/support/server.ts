import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { until } from '../../local/until';
import { cleanEnvironment } from './environment';

const SUPERVISOR = join(__dirname, 'supervisor.cjs');
/** What a server has to save takes it a second or two. */
const GRACE_MS = 10_000;

export interface Server {
  endpoint: string;
  port: number;
  /** The last that it wrote, for the message of a test that fails. */
  output(): string;
  /**
   * Ends it and all that it started.
   *
   * @param signal SIGTERM unless said: SIGKILL is a crash. What has not ended in time is killed, and said.
   */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return (address as { port: number }).port;
}

/**
 * Starts a server on 127.0.0.1 and waits until it answers HTTP, whatever it answers. It ends with this process at the
 * latest, however this one ends.
 *
 * @param args Its arguments, from the port that it shall listen on.
 * @param options.env What it needs beside the clean environment.
 * @param options.certificate Path of its certificate, where it speaks TLS.
 * @param options.graceMs How long it may take to end.
 */
export async function startServer(
  command: string,
  args: (port: number) => string[],
  options: {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    port?: number;
    certificate?: string;
    graceMs?: number;
  } = {},
): Promise<Server> {
  const port = options.port ?? (await freePort());
  const ca = options.certificate && (await readFile(options.certificate, 'utf8'));
  const endpoint = `${ca ? 'https' : 'http'}://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [SUPERVISOR, command, ...args(port)], {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // So that Ctrl-C does not end the supervisor before its server.
    detached: true,
  });
  // It may have ended by the time that it is told to.
  child.stdin.on('error', () => {});
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-64 * 1024);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const server: Server = {
    endpoint,
    port,
    output: () => output,
    stop: (signal = 'SIGTERM') => stop(child, command, signal, options.graceMs ?? GRACE_MS),
  };
  try {
    await until(`${command} answers at ${endpoint}`, async () => {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}:\n${output}`);
      return ca ? answersTls(endpoint, ca) : answers(endpoint);
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}

/** `fetch` takes no certificate to trust. */
function answersTls(endpoint: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(endpoint, { ca }, (answer) => {
      answer.resume();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

type Supervisor = ChildProcessByStdio<Writable, Readable, Readable>;

async function stop(
  child: Supervisor,
  command: string,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // To let go of the supervisor is to kill what it looks after.
  if (signal === 'SIGKILL') child.stdin.end();
  else child.kill(signal);
  const impatience = setTimeout(() => {
    process.stderr.write(`${command} has not ended ${graceMs} ms after ${signal} and is killed\n`);
    child.stdin.end();
  }, graceMs);
  await ended;
  clearTimeout(impatience);
}
