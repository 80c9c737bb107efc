import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { until } from '../../local/until';

export interface Server {
  endpoint: string;
  port: number;
  /** The last that it wrote, for the message of a test that fails. */
  output(): string;
  /** @param signal SIGTERM unless said: SIGKILL is a crash. */
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
 * Starts a server on 127.0.0.1 and waits until it answers HTTP, whatever it answers.
 *
 * @param args Its arguments, from the port that it shall listen on.
 * @param options.certificate Path of its certificate, where it speaks TLS.
 */
export async function startServer(
  command: string,
  args: (port: number) => string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; port?: number; certificate?: string } = {},
): Promise<Server> {
  const port = options.port ?? (await freePort());
  const ca = options.certificate && (await readFile(options.certificate, 'utf8'));
  const endpoint = `${ca ? 'https' : 'http'}://127.0.0.1:${port}`;
  const child = spawn(command, args(port), {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts ends with it.
    detached: true,
  });
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
    stop: (signal = 'SIGTERM') => stop(child, signal),
  };
  process.once('exit', () => signalGroup(child, 'SIGKILL'));
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

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    signalGroup(child, signal);
    await ended;
  }
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), signal);
  } catch {
    // Nothing of it is left.
  }
}
