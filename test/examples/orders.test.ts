import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(__dirname, '../..');

/** The whole story on the real clock; a busy machine makes it slow, never wrong. */
jest.setTimeout(180_000);

describe('npm run example', () => {
  let lines: string[];
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'example'], { cwd: ROOT });
    lines = stdout.trimEnd().split('\n');
  });

  /** What was printed between one chapter's title and the next. */
  const chapter = (title: string) => {
    const start = lines.findIndex((line) => line.includes(`. ${title}`));
    if (start < 0) throw new Error(`There is no chapter "${title}" in:\n${lines.join('\n')}`);
    const length = lines.slice(start + 1).findIndex((line) => /^\d+\. /.test(line));
    return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  };

  test('order 1 is handled live, each step once', () => {
    expect(chapter('createOrder 1').sort()).toEqual([
      'Order 1: OrderCreated (live) taken',
      'Order 1: OrderPaid (live) taken',
      'Order 1: OrderShipped (live) taken',
    ]);
  });

  test('with the field name broken, order 2 is lost', () => {
    expect(chapter('createOrder 2')).toEqual(['  3 events failed three times each; there is order 1']);
  });

  test('R2: the replay delivers both orders in order: 1 was known, 2 is handled', () => {
    const [brings, ...handled] = chapter('start-replay');
    // Some may have come twice.
    expect(new Set(brings?.match(/[12] Order\w+/g)).size).toBe(6);
    for (const [order, outcome] of Object.entries({ 1: 'known', 2: 'taken' })) {
      expect(handled.filter((line) => line.startsWith(`Order ${order}:`))).toEqual(
        ['OrderCreated', 'OrderPaid', 'OrderShipped'].map(
          (step, offset) => `Order ${order}: ${step} (after-the-fix, offset ${offset}) ${outcome}`,
        ),
      );
    }
  });

  test('prints what the tutorial shows, but for the disorder of the replay', () => {
    const tutorial = readFileSync(path.join(ROOT, 'docs/tutorial.md'), 'utf8');
    const shown = /npm run example\n\n```\n([\s\S]*?)\n```/.exec(tutorial)?.[1]?.split('\n') ?? [];
    // The two orders' lines come in any order, like what the replay brings.
    const comparable = (printed: string[]) => printed.filter((line) => !line.startsWith('  brings ')).sort();
    expect(comparable(shown)).toEqual(comparable(lines));
  });

  test('in the end every order has its steps in order', () => {
    expect(chapter('orders')).toEqual([
      '  1: OrderCreated (live) → OrderPaid (live) → OrderShipped (live)',
      '  2: OrderCreated (after-the-fix, offset 0) → OrderPaid (after-the-fix, offset 1) → OrderShipped (after-the-fix, offset 2)',
    ]);
  });
});
