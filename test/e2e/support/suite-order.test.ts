import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tools';

const SuiteOrder = require('./suite-order.cjs');

test('of the two long suites on ministack one begins, and the other comes when the suites on moto have begun', () => {
  const all = readdirSync(join(ROOT, 'test/e2e'), { recursive: true }).map(String);
  const suites = all.filter((file) => file.endsWith('.e2e.ts'));
  const tests = suites.map((suite) => ({
    path: join(ROOT, 'test/e2e', suite),
    context: { config: { rootDir: ROOT } },
  }));
  const sorted = new SuiteOrder({}).sort(tests).map(({ path }: { path: string }) => path);
  const below = sorted.map((path: string) => path.slice(join(ROOT, 'test/e2e/').length));
  expect(below.at(0)).toBe('ministack/ordered-replays.e2e.ts');
  expect([...below].sort()).toEqual([...suites].sort());
  expect(below.slice(1, 5).every((suite: string) => suite.startsWith('moto/'))).toBe(true);
  expect(below.at(5)).toBe('examples/orders.e2e.ts');
});
