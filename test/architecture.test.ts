import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { circlesIn, clockReads, violationsOf } from './support/imports';

const ROOT = join(__dirname, '..');

/** Source files of a folder, by their path from the root. */
function sourcesOf(folder: string): [path: string, text: string][] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
}

const product = [...sourcesOf('src'), ...sourcesOf('functions')];
/** Without this file, whose forbidden examples are not its imports. */
const around = ['bench', 'examples', 'scripts', 'test']
  .flatMap(sourcesOf)
  .filter(([path]) => path !== 'test/architecture.test.ts');

test('every import points the way that the layers allow', () => {
  expect(product.length).toBeGreaterThan(40);
  expect(around.length).toBeGreaterThan(100);
  expect([...product, ...around].flatMap(([path, text]) => violationsOf(path, text))).toEqual([]);
});

test('no file imports itself in a circle, not even by a type', () => {
  expect(circlesIn([...product, ...around])).toEqual([]);
});

test('the core reads no clock, rolls no dice, waits for nothing and writes no log', () => {
  const core = product.filter(([path]) => path.startsWith('src/core/'));
  expect(core.length).toBeGreaterThan(15);
  expect(core.flatMap(([path, text]) => clockReads(text).map((found) => `${path}: ${found}`))).toEqual([]);
});

test.each([
  ['src/core/x.ts', "import { GetItemCommand } from '@aws-sdk/client-dynamodb';"],
  ['src/core/x.ts', "import { readFileSync } from 'node:fs';"],
  ['src/core/x.ts', "export * from '../aws/lanes';"],
  ['src/core/x.ts', "import type { Lanes } from '../aws/lanes';"],
  ['src/core/x.ts', "import '../local/random';"],
  ['src/core/x.ts', "const { lanes } = await import('../aws/lanes');"],
  ['src/core/x.ts', "const lanes = require('../aws/lanes');"],
  ['src/core/x.ts', "import {\n  one,\n  two,\n} from '../local/clients';"],
  ['src/aws/x.ts', "import { readSettings } from '../../functions/settings';"],
  ['src/aws/x.ts', "import { serve } from '../local/server';"],
  ['src/aws/x.ts', "import fc from 'fast-check';"],
  ['src/consumer/x.ts', "import { parseEvent } from '../core/event/envelope';"],
  ['src/consumer/x.ts', "import { lanes } from '../aws/lanes';"],
  ['src/consumer/x.ts', "import { search } from '@aws-lambda-powertools/jmespath';"],
  ['functions/x.ts', "import { serve } from '../src/local/server';"],
  ['functions/x.ts', "import { orderedReplay } from '../src/consumer';"],
  ['src/pattern/x.ts', "import { serve } from '../local/server';"],
  ['functions/x.ts', "import { start } from '../src/cli/start';"],
  ['src/cli/order-oracle.ts', "import { formatPosition } from '../core/event/position';"],
  ['src/cli/order-oracle.ts', "import { tiebreakerOf } from '../core/event/tiebreaker';"],
  ['src/cli/order-oracle.ts', "import type { Settings } from '../core/settings';"],
  ['src/cli/order-oracle.ts', "import { Ledger } from './ledger';"],
  ['src/local/x.ts', "import { start } from '../cli/start';"],
  ['src/local/deep/x.ts', "import { start } from '../../cli/start';"],
  ['src/core/x.ts', "import type { Cell } from '../../bench/order';"],
  ['src/local/x.ts', "import { createWorld } from '../../test/fakes/world';"],
  ['src/local/x.ts', "import { figure } from '../../bench/section';"],
  ['src/cli/x.ts', "import { STEPS } from '../../examples/orders/src/order';"],
  ['functions/x.ts', "import { figure } from '../bench/section';"],
  ['scripts/x.ts', "import { figure } from '../bench/section';"],
  ['examples/orders/src/x.ts', "import { orderedReplay } from '../../../src/consumer';"],
  ['examples/story/x.ts', "import { until } from '../../test/local/until';"],
  ['bench/x.ts', "import { startDynamoDb } from '../test/aws/dynamodb-engine';"],
  ['bench/x.ts', "import { STEPS } from '../examples/orders/src/order';"],
  ['test/core/x.test.ts', "import { makeEvents } from '../../bench/events';"],
  ['test/fakes/fakes.test.ts', "import { makeEvents } from '../../bench/events';"],
  ['test/support/x.ts', "import { makeEvents } from '../../bench/events';"],
  ['test/fakes/x.ts', "import { lanesSuite } from '../aws/lanes.suite';"],
  ['test/x.test.ts', "import { makeEvents } from '../bench/events';"],
  ['tools/x.ts', ''],
])('the check finds in %s what is not allowed: %s', (path, text) => {
  expect(violationsOf(path, text)).toHaveLength(1);
});

test.each([
  ['src/core/x.ts', "import { search } from '@aws-lambda-powertools/jmespath';\nimport { y } from './y';"],
  ['src/core/x.ts', "// import '../aws/lanes';\n/* from '../aws/lanes' */ const url = 'https://aws/lanes';"],
  ['src/aws/x.ts', "import type { Lanes } from '../core/ports';\nimport { S3 } from '@aws-sdk/client-s3';"],
  ['src/consumer/x.ts', "import { parseInstant } from '../core/event/instant';"],
  ['src/local/deep/x.ts', "import { lanes } from '../../aws/lanes';\nimport http from 'node:http';"],
  ['functions/x.ts', "import { createSequenceHandler } from '../functions/sequence';"],
  [
    'examples/orders/src/x.ts',
    "import { orderedReplay } from 'ordered-replay';\nimport { STEPS } from './order';",
  ],
  ['examples/story/x.ts', "import { STEPS } from '../orders/src/order';\nimport '../../src/local/runtime';"],
  ['bench/x.ts', "import { createWorld } from '../test/fakes/world';\nimport '../src/core/ports';"],
  ['test/bench/x.test.ts', "import { makeEvents } from '../../bench/events';"],
  ['test/docs/x.test.ts', "import { figure } from '../../bench/section';"],
  ['test/fakes/fakes.test.ts', "import { lanesSuite } from '../aws/lanes.suite';"],
  ['test/local/x.test.ts', "import { recordAccess } from '../stack/access';\nimport fc from 'fast-check';"],
])('the check lets %s have: %s', (path, text) => {
  expect(violationsOf(path, text)).toEqual([]);
});

test('the check finds a circle, over types, an index and a dynamic import, and shows its files', () => {
  const circle: [string, string][] = [
    ['src/a.ts', "import type { B } from './b';"],
    ['src/b.ts', "export * from './c';"],
    ['src/c/index.ts', "const { a } = await import('../a');"],
    ['src/d.ts', "import './a';\nimport fs from 'node:fs';"],
    ['src/e.ts', "import './e';"],
  ];
  expect(circlesIn(circle)).toEqual([
    'src/a.ts → src/b.ts → src/c/index.ts → src/a.ts',
    'src/e.ts → src/e.ts',
  ]);
  expect(circlesIn(circle.filter(([path]) => path !== 'src/b.ts' && path !== 'src/e.ts'))).toEqual([]);
});

test.each([
  'const now = Date.now();',
  'const now = new Date();',
  'const now = new Date( );',
  'const now = +new Date;',
  'const dice = Math.random();',
  'setTimeout(() => {}, 5);',
  'setImmediate(next);',
  'const { HOME } = process.env;',
  "console.log('here');",
  'const now = performance.now();',
  'const id = randomUUID();',
])('the check finds: %s', (text) => {
  expect(clockReads(text)).toHaveLength(1);
});

test.each([
  'const text = new Date(ms).toISOString();',
  'const ms = Date.parse(text);',
  "// Date.now() is the clock's business",
  '/** Never `console.log`. */',
  'await clock.sleep(5);',
])('the check lets stand: %s', (text) => {
  expect(clockReads(text)).toEqual([]);
});
