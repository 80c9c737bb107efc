import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../../local/until';
import { connects } from './addresses';
import { type Server, startServer } from './server';

jest.setTimeout(60_000);

/** A server with a child that listens too; it answers where its child is and what its environment has. */
const FAMILY = `
  const { createServer } = require('node:http');
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', \`
    const server = require('node:http').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
  \`], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', (port) => {
    const answer = JSON.stringify({ childPort: Number(port), environment: process.env });
    createServer((_, response) => response.end(answer)).listen(Number(process.argv[1]), '127.0.0.1');
  });`;
/** Whoever asks it to end does so in vain. */
const STUBBORN = `process.on('SIGTERM', () => console.log('no')); ${FAMILY}`;

const program = (source: string) => (port: number) => ['-e', source, String(port)];
interface Family {
  childPort: number;
  environment: Record<string, string>;
}
const familyOf = async ({ endpoint }: Pick<Server, 'endpoint'>) =>
  (await fetch(endpoint)).json() as Promise<Family>;
const gone = async (port: number) => !(await connects('127.0.0.1', port));

describe('a server that a test started', () => {
  const { env } = process;
  let owner: ChildProcess | undefined;
  let server: Server | undefined;
  afterEach(async () => {
    process.env = env;
    owner?.kill('SIGKILL');
    await server?.stop('SIGKILL');
  });

  test.each(['SIGKILL', 'SIGINT'] as const)(
    'ends with its child when the process that started it ends by %s',
    async (signal) => {
      const started = `require(${JSON.stringify(join(__dirname, 'server.ts'))})
        .startServer(process.execPath, (port) => ['-e', ${JSON.stringify(FAMILY)}, String(port)])
        .then(({ endpoint }) => console.log(endpoint));`;
      const options = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
      const starting = spawn(process.execPath, ['--import', 'tsx', '-e', started], options);
      owner = starting;
      const [endpoint] = (await once(starting.stdout, 'data')).map(String);
      const port = Number(new URL(endpoint as string).port);
      const { childPort } = await familyOf({ endpoint: endpoint as string });
      expect(await connects('127.0.0.1', childPort)).toBe(true);

      owner.kill(signal);
      await until('the server is gone', () => gone(port), 10_000);
      await until('its child is gone', () => gone(childPort), 10_000);
    },
  );

  test('has nothing of the environment of whoever runs the tests but where programs and temporary files are', async () => {
    process.env = {
      ...env,
      AWS_PROFILE: 'someone',
      HTTPS_PROXY: 'http://proxy.example:3128',
      E2E_HOME: '/nowhere',
    };
    server = await startServer(process.execPath, program(FAMILY), { env: { AWS_REGION: 'us-east-1' } });
    const { environment } = await familyOf(server);
    expect(environment).toMatchObject({ HOME: '/nowhere', NO_PROXY: '127.0.0.1', AWS_REGION: 'us-east-1' });
    expect(Object.keys(environment).sort()).toEqual(['AWS_REGION', 'HOME', 'NO_PROXY', 'PATH', 'TMPDIR']);
  });

  test('ends with its child when it is stopped', async () => {
    server = await startServer(process.execPath, program(FAMILY));
    const { childPort } = await familyOf(server);
    await server.stop();
    await until('the server is gone', () => gone(server?.port as number), 10_000);
    await until('its child is gone', () => gone(childPort), 10_000);
  });

  test('is killed where it does not end within its time, and that is said', async () => {
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    server = await startServer(process.execPath, program(STUBBORN), { graceMs: 200 });
    const { childPort } = await familyOf(server);
    await server.stop();
    expect(said).toHaveBeenCalledWith(
      expect.stringContaining('has not ended 200 ms after SIGTERM and is killed'),
    );
    said.mockRestore();
    expect(server.output()).toContain('no');
    await until('the server is gone', () => gone(server?.port as number), 10_000);
    await until('its child is gone', () => gone(childPort), 10_000);
  });

  test('that ends at once fails its start, with what it wrote', async () => {
    const failing = startServer(process.execPath, program("console.error('no key'); process.exitCode = 3"));
    await expect(failing).rejects.toThrow(/ended with 3:\nno key/);
  });

  test('that cannot be found fails its start, by its name', async () => {
    await expect(startServer('no-such-server', () => [])).rejects.toThrow(/no-such-server.*ENOENT/s);
  });
});
