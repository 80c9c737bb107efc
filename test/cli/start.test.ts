import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start -- ...args`, as a process of its own. */
function start(...args: string[]): Promise<Run> {
  const child = spawn('node', ['--import', 'tsx', 'src/cli/start.ts', ...args], { cwd: ROOT });
  const run: Run = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    run.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...run, code })));
}

/** Whole runs on the real clock; a busy machine makes them slow, never wrong. */
jest.setTimeout(120_000);

describe('npm start', () => {
  let folder: string;
  let few: string;
  beforeAll(() => {
    // Inside the project, so that a handler in TypeScript finds the loader.
    folder = mkdtempSync(path.join(ROOT, 'node_modules/.start-'));
    few = path.join(folder, 'few.jsonl');
    const event = (n: number) => ({
      source: 'shop',
      'detail-type': 'Paid',
      time: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
      detail: { orderId: `o-${n % 3}`, n },
    });
    writeFileSync(few, Array.from({ length: 60 }, (_, n) => JSON.stringify(event(n))).join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const handlerFile = (name: string, code: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, code);
    return file;
  };

  test('puts the scrambled webhooks in order: nothing lost, nothing twice, one JSON object on stdout', async () => {
    const { code, stdout } = await start('--json', '--seed', '7');
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
    const others = [1, 2].map(() => spawn('node', ['-e', 'for (;;) {}']));
    try {
      const { code, stdout } = await start('--json', '--seed', '8');
      expect(JSON.parse(stdout)).toMatchObject({
        delivered: 329,
        deliveredOutOfOrder: 0,
        lost: 0,
        duplicated: 0,
      });
      expect(code).toBe(0);
    } finally {
      for (const other of others) other.kill();
    }
  });

  test('delivers to a handler in TypeScript, lane by lane, and again what failed', async () => {
    const handler = handlerFile(
      'handler.ts',
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
    const args = [
      '--events',
      few,
      '--handler',
      `${handler}#onOrder`,
      '--ordering-key',
      'detail.orderId',
      '--speed',
      'max',
    ];
    const { code, stdout } = await start(...args, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 60, deliveredOutOfOrder: 0, lost: 0, lanes: 3 });
    expect(code).toBe(0);
  });

  test('loses nothing of events with fractions of a second, though EventBridge cuts them', async () => {
    const file = path.join(folder, 'fractions.jsonl');
    const event = (n: number) => ({
      source: 'shop',
      'detail-type': 'Paid',
      time: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, 500 + n)).toISOString(),
      detail: { n },
    });
    writeFileSync(file, Array.from({ length: 5 }, (_, n) => JSON.stringify(event(n))).join('\n'));
    const { code, stdout } = await start('--events', file, '--speed', 'max', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ events: 5, delivered: 5, lost: 0 });
    expect(code).toBe(0);
  });

  test('gives up on a handler that goes on failing, and says what it said', async () => {
    const handler = handlerFile(
      'broken.ts',
      `export const handler = () => { throw new TypeError('cannot'); };`,
    );
    const { code, stdout } = await start('--events', few, '--handler', handler, '--speed', 'max', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: 0,
      lost: 60,
      problem: expect.stringContaining('TypeError: cannot'),
    });
    expect(code).toBe(1);
  });

  test('given an event that has no order, then it ends at once and says which and why', async () => {
    const { code, stdout } = await start('--events', few, '--tiebreaker', 'detail', '--json');
    expect(JSON.parse(stdout).problem).toMatch(
      /^An event was refused: InvalidTiebreaker: .+ is an object; allowed are numbers/,
    );
    expect(code).toBe(1);
  });

  test('shows a table and a picture, and how to repeat the run', async () => {
    const { code, stdout } = await start('--events', few, '--speed', 'max', '--seed', '3');
    expect(stdout).toContain('60 of 60');
    expect(stdout).toMatch(/Arrived +Delivered/);
    expect(stdout).toContain('npm start -- --seed 3');
    expect(code).toBe(0);
  });

  test.each([
    [['--speed', 'fast'], 'Option --speed is "fast"'],
    [['--events', 'nowhere.jsonl'], 'nowhere.jsonl cannot be read (ENOENT)'],
    [['--handler', 'nowhere.ts'], 'Option --handler is "nowhere.ts", but nowhere.ts cannot be loaded'],
    [['--handler', 'package.json#run'], 'package.json exports no function run'],
  ])('given %p, then it says so in one line and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await start(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const lines = stderr.split('\n').filter((line) => line !== '');
    expect(lines).toEqual([expect.stringContaining(message)]);
  });
});
