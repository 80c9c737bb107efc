import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exitCodeOf } from '../../src/cli/command';
import { firstRun } from '../../src/cli/first-run';
import type { Settings } from '../../src/core/settings';
import { FAST } from '../local/fast-settings';
import { temporaryFolder } from './files';
import { stalled } from './stalled';

const ROOT = path.join(__dirname, '../..');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start -- ...args`, as a process of its own. */
function startProcess(...args: string[]): Promise<Run> {
  const child = spawn('node', ['--import', 'tsx', 'src/cli/start.ts', ...args], { cwd: ROOT });
  const run: Run = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      run[name] += text;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...run, code })));
}

/** The settings that it has: slow enough for all the webhooks on a machine that is busy with other tests. */
const AS_IT_IS = {};

/** The same in this process, faster. */
async function start(args: string[], settings: Partial<Settings> = FAST): Promise<Run> {
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

/** Whole runs on the real clock; a busy machine makes them slow, never wrong. */
jest.setTimeout(120_000);

const folder = temporaryFolder();
afterAll(() => folder.remove());

const eventFile = (name: string, count: number, eventOf: (n: number) => { ms: number; detail: object }) => {
  const lines = Array.from({ length: count }, (_, n) => {
    const { ms, detail } = eventOf(n);
    const time = new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
    return JSON.stringify({ source: 'shop', 'detail-type': 'Paid', time, detail });
  });
  return folder.write(name, lines.join('\n'));
};
const few = eventFile('few.jsonl', 60, (n) => ({ ms: n * 1_000, detail: { orderId: `o-${n % 3}`, n } }));
const fractions = eventFile('fractions.jsonl', 5, (n) => ({ ms: 500 + n, detail: { n } }));

describe('npm start', () => {
  test('puts the scrambled webhooks in order: nothing lost, nothing twice, one JSON object on stdout', async () => {
    const { code, stdout } = await start(['--json', '--seed', '7'], AS_IT_IS);
    const summary = JSON.parse(stdout) as Record<string, number>;
    expect(summary).toMatchObject({
      events: 329,
      delivered: 329,
      deliveredOutOfOrder: 0,
      lost: 0,
      duplicated: 0,
      lanes: 1,
      seed: 7,
    });
    expect(summary.arrivedOutOfOrder).toBeGreaterThan(100);
    expect(code).toBe(0);
  });

  test('R1: on a machine that is busy with other work it is slower, and as right', async () => {
    const { code, stdout } = await stalled(() => start(['--json', '--seed', '8'], AS_IT_IS));
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: 329,
      deliveredOutOfOrder: 0,
      lost: 0,
      duplicated: 0,
    });
    expect(code).toBe(0);
  });

  test('loses nothing of events with fractions of a second, though EventBridge cuts them', async () => {
    const { code, stdout } = await start(['--events', fractions, '--speed', 'max', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ events: 5, delivered: 5, lost: 0 });
    expect(code).toBe(0);
  });

  test('gives up on a handler that goes on failing, and says what it said', async () => {
    const handler = folder.write('broken.js', `exports.handler = () => { throw new TypeError('cannot'); };`);
    const { code, stdout } = await start(['--events', few, '--handler', handler, '--speed', 'max', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: 0,
      lost: 60,
      problem: expect.stringContaining('TypeError: cannot'),
    });
    expect(code).toBe(1);
  });

  test('given an event that has no order, then it ends at once and says which and why', async () => {
    const { code, stdout } = await start(['--events', few, '--tiebreaker', 'detail', '--json']);
    expect(JSON.parse(stdout).problem).toMatch(
      /^An event was refused: InvalidTiebreaker: .+ is an object; allowed are numbers/,
    );
    expect(code).toBe(1);
  });

  test('shows a table and a picture, and how to repeat the run', async () => {
    const { code, stdout } = await start(['--events', few, '--speed', 'max', '--seed', '3']);
    expect(stdout).toContain('60 of 60');
    expect(stdout).toMatch(/Arrived +Delivered/);
    expect(stdout).toContain('npm start -- --seed 3');
    expect(code).toBe(0);
  });

  test.each([
    [['--speed', 'fast'], 'Option --speed is "fast"; allowed is a number above 0'],
    [['--events', 'nowhere.jsonl'], 'nowhere.jsonl cannot be read (ENOENT)'],
    [['--handler', 'nowhere.ts'], 'Option --handler is "nowhere.ts", but nowhere.ts cannot be loaded'],
    [['--handler', 'package.json#run'], 'package.json exports no function run'],
  ])('given %p, then it says so in one line and ends with 2', async (args, message) => {
    expectRefusal(await start(args), message);
  });
});

function expectRefusal({ code, stdout, stderr }: Run, message: string): void {
  expect(code).toBe(2);
  expect(stdout).toBe('');
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect(lines).toEqual([expect.stringContaining(message)]);
}

describe('npm start, as a process', () => {
  let project: string;
  beforeAll(() => {
    // Inside the project, so that a handler in TypeScript finds the loader.
    project = mkdtempSync(path.join(ROOT, 'node_modules/.start-'));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  test('delivers to a handler in TypeScript, lane by lane, and again what failed', async () => {
    const handler = path.join(project, 'handler.ts');
    writeFileSync(
      handler,
      `let failures = 2;
       const offsets: Record<string, number> = {};
       const orders: Record<string, number> = {};
       export async function onOrder(event: { detail: { n: number } }, _context: unknown, delivery?: { orderingKey: string; offset: number }): Promise<void> {
         if (!delivery) throw new Error('no delivery');
         const { orderingKey, offset } = delivery;
         // A record that failed comes again from its first event.
         if (offset <= (offsets[orderingKey] ?? -1)) return;
         if (event.detail.n === 30 && failures-- > 0) throw new Error('not yet');
         if (offset !== (offsets[orderingKey] ?? -1) + 1) throw new Error('a gap');
         if (event.detail.n <= (orders[orderingKey] ?? -1)) throw new Error('out of order');
         offsets[orderingKey] = offset;
         orders[orderingKey] = event.detail.n;
         console.log('noise on stdout');
       }`,
    );
    const lanes = ['--handler', `${handler}#onOrder`, '--ordering-key', 'detail.orderId'];
    const { code, stdout } = await startProcess('--events', few, ...lanes, '--speed', 'max', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 60, deliveredOutOfOrder: 0, lost: 0, lanes: 3 });
    expect(code).toBe(0);
  });

  test('given what is not valid, then it says so in one line and ends with 2', async () => {
    expectRefusal(
      await startProcess('--speed', 'fast'),
      'Option --speed is "fast"; allowed is a number above 0',
    );
  });
});
