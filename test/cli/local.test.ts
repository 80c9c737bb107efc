import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { DescribeReplayCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LOCAL_USAGE, readLocalOptions } from '../../src/cli/local-options';
import { UsageError } from '../../src/cli/usage-error';
import { LOCAL_ACCESS } from '../aws/dynamodb-engine';
import { until } from '../local/until';
import { temporaryFolder } from './files';

jest.setTimeout(120_000);

const ROOT = path.join(__dirname, '../..');
const folder = temporaryFolder();
afterAll(() => folder.remove());

const handler = folder.write('handler.js', 'exports.loud = (event) => console.log(event.id);');

describe('the options of npm run local', () => {
  test('have defaults and are read', () => {
    expect(readLocalOptions([])).toEqual({ port: 4599, handler: undefined });
    expect(readLocalOptions(['--port', '0', '--handler', 'h.ts'])).toEqual({ port: 0, handler: 'h.ts' });
    expect(readLocalOptions(['--help'])).toBeUndefined();
    expect(LOCAL_USAGE).toContain('--port');
  });

  test.each(['', 'x', '-1', '1.5', '65536', '0x10'])('the port %j is refused in one line', (port) => {
    expect(() => readLocalOptions([`--port=${port}`])).toThrow(
      new UsageError(`Option --port is "${port}"; allowed is a whole number from 0 to 65535.`),
    );
  });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function command(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/local.ts', ...args], { cwd: ROOT });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...output })) };
}

describe('npm run local', () => {
  async function running(...args: string[]) {
    const { child, ended } = command(...args);
    let stdout = '';
    child.stdout?.on('data', (text: string) => {
      stdout += text;
    });
    const endpoint = await until('it listens', () => /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0]);
    await until('it has said everything', () => stdout.includes('Ctrl-C'));
    return { child, ended, endpoint, text: () => stdout };
  }

  let local: Awaited<ReturnType<typeof running>>;
  beforeAll(async () => {
    local = await running('--port', '0', '--handler', `${handler}#loud`);
  });
  afterAll(() => local?.child.kill());

  test('says where it listens and what to paste, and serves', async () => {
    const { endpoint, text } = local;
    for (const hint of ['put-events', 'start-replay', 'get-item', 'AWS_ENDPOINT_URL', 'OrderedEvents']) {
      expect(text()).toContain(hint);
    }
    const client = new EventBridgeClient({ endpoint, ...LOCAL_ACCESS });
    await expect(client.send(new DescribeReplayCommand({ ReplayName: 'none' }))).rejects.toThrow(
      'does not exist',
    );
    client.destroy();
  });

  test('on a port that is taken it ends with 2 and one line', async () => {
    const { port } = new URL(local.endpoint);
    expect(await command('--port', port).ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `Option --port is ${port}, which is in use; choose another.\n`,
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly at %s', async (signal) => {
    const { child, ended } = signal === 'SIGINT' ? local : await running('--port', '0');
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
