import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const SuiteOrder = require('./suite-order.cjs');

const suites = readdirSync(__dirname, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.test.ts'));

test('every suite runs once, the longest begin', () => {
  const tests = suites.map((suite) => ({
    path: join(__dirname, suite),
    context: { config: { rootDir: join(__dirname, '..') } },
  }));
  const sorted = new SuiteOrder({}).sort(tests).map(({ path }: { path: string }) => path);
  const below = sorted.map((path: string) => path.slice(__dirname.length + 1));
  expect([...below].sort()).toEqual([...suites].sort());
  expect(below[0]).toMatch(/^simulation\//);
  expect(below.indexOf('cli/start.test.ts')).toBeLessThan(below.indexOf('cli/start-options.test.ts'));
});

test('what the order names is there', () => {
  const named: string[] = SuiteOrder.ORDER;
  const missing = named.filter((beginning) => !suites.some((suite) => suite.startsWith(beginning)));
  expect(missing).toEqual([]);
});
