import { eventLines, FEW, temporaryFolder } from './files';
import { expectRefusal, start } from './run-start';

/** Whole runs on the real clock; a busy machine makes them slow, never wrong. */
jest.setTimeout(120_000);

const folder = temporaryFolder();
afterAll(() => folder.remove());

const few = folder.write('few.jsonl', FEW);
const fractions = folder.write(
  'fractions.jsonl',
  eventLines(5, (n) => ({ ms: 500 + n, detail: { n } })),
);

describe('npm start', () => {
  test('loses nothing of events with fractions of a second, though EventBridge cuts them', async () => {
    const { code, stdout } = await start(['--events', fractions, '--speed', 'max', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ events: 5, delivered: 5, lost: 0, ties: 4 });
    expect(code).toBe(0);
  });

  test('counts events of one second that have no tiebreaker, and says what to do', async () => {
    const { code, stdout } = await start(['--events', fractions, '--speed', 'max']);
    expect(stdout).toMatch(/without an order +│ +│ 4 /);
    expect(stdout).toContain('4 of the events have the second and the tiebreaker of another in their lane.');
    expect(stdout).toContain('--tiebreaker PATH');
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

  test('given dead letters that nobody waits for, then the rest is delivered, and the end says why some are not', async () => {
    const args = ['--events', few, '--tiebreaker', 'detail', '--on-missing', 'continue', '--speed', 'max'];
    const { code, stdout } = await start([...args, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: 0,
      problem: expect.stringMatching(/^An event was refused: InvalidTiebreaker: /),
    });
    expect(code).toBe(1);
  });

  test('shows a table and a picture, and how to repeat the run', async () => {
    const { code, stdout } = await start(['--events', few, '--speed', 'max', '--seed', '3']);
    expect(stdout).toContain('60 of 60');
    expect(stdout).toMatch(/Arrived +Delivered/);
    expect(stdout).toContain('npm start -- --seed 3');
    expect(stdout).not.toContain('--tiebreaker PATH');
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
