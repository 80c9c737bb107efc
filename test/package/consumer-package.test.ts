import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installConsumer } from './packed-consumer';

const ROOT = path.join(__dirname, '../..');
const MAX_BYTES = 16 * 1024;
const CONSUMER = `
import { orderedReplay, type Delivery } from 'ordered-replay';
interface Order { orderId: string }
export const seen: [string, Delivery | undefined][] = [];
export const handler = orderedReplay<Order>(async (event, _context, delivery) => {
  seen.push([event.detail.orderId, delivery]);
  // @ts-expect-error: the compiler complains where a type lets this pass.
  event.detail.typo;
});
`;

/** The package as npm packs it, installed in a project of its own. */
describe('the published package', () => {
  let project: string;

  beforeAll(async () => {
    project = mkdtempSync(path.join(ROOT, 'node_modules/.package-'));
    await installConsumer(project);
    symlinkSync(path.join(ROOT, 'node_modules/typescript'), path.join(project, 'node_modules/typescript'));
  }, 120_000);

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test.each(['js', 'mjs'])('needs no other package, and is small: index.%s', (extension) => {
    const file = path.join(project, 'node_modules/ordered-replay/dist/consumer', `index.${extension}`);
    expect(readFileSync(file, 'utf8')).not.toMatch(/(\brequire\(|^import .*from )"(?!node:)/m);
    expect(statSync(file).size).toBeLessThan(MAX_BYTES);
  });

  test('has no dependency', () => {
    const manifest = readFileSync(path.join(project, 'node_modules/ordered-replay/package.json'), 'utf8');
    expect(JSON.parse(manifest)).not.toHaveProperty('dependencies');
  });

  test.each([
    ['required', 'run.cjs', "const { orderedReplay } = require('ordered-replay');"],
    ['imported', 'run.mjs', "import { orderedReplay } from 'ordered-replay';"],
  ])('can be %s', (_how, file, load) => {
    const live = `{ id: '1', source: 's', 'detail-type': 't', time: '2026-01-01T00:00:00Z', detail: { n: 41 } }`;
    const context = '{ getRemainingTimeInMillis: () => 9999 }';
    writeFileSync(
      path.join(project, file),
      `${load}\norderedReplay((event) => event.detail.n + 1)(${live}, ${context}).then(console.log);`,
    );
    expect(execFileSync('node', [file], { cwd: project, encoding: 'utf8' })).toBe('42\n');
  });

  test.each([
    ['commonjs', 'node16'],
    ['module', 'nodenext'],
    ['module', 'bundler'],
  ])(
    'type-checks, and refuses a typo, in a project of type %s with module resolution %s',
    (type, moduleResolution) => {
      const folder = path.join(project, `${type}-${moduleResolution}`);
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type }));
      writeFileSync(path.join(folder, 'consumer.ts'), CONSUMER);
      const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
      const options = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--module',
        module,
        '--moduleResolution',
        moduleResolution,
      ];
      const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
      expect(
        execFileSync(tsc, [...options, 'consumer.ts'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }),
      ).toBe('');
    },
    60_000,
  );
});
