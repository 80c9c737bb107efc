import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Names and defaults at the top of serverless.yml, in its order. */
function parameters(): [name: string, value: string][] {
  const [, block = ''] = /^params:\n {2}default:\n([\s\S]*?)^\S/m.exec(read('serverless.yml')) ?? [];
  return [...block.matchAll(/^ {4}(\w+): (.*)$/gm)].map(([, name, value]) => [
    String(name),
    String(value).replace(/^'(.*)'$/, '$1'),
  ]);
}

test('docs/deploy.md has every parameter of the stack, in its order, with its default', () => {
  const [, table = ''] = /^\| parameter \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(read('docs/deploy.md')) ?? [];
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const documented = rows.map(([, name = '', , value = '']) => [
    name.replaceAll('`', ''),
    value === 'none' ? '' : value.replaceAll('`', ''),
  ]);
  expect(documented.length).toBeGreaterThan(10);
  expect(documented).toEqual(parameters());
});

test('README.md deploys as docs/deploy.md does, and links to it', () => {
  const [, section = ''] = /^## Deploy\n([\s\S]*?)^## /m.exec(read('README.md')) ?? [];
  expect(section).toContain('](docs/deploy.md)');
  const flags = (text: string) =>
    [...text.matchAll(/sls deploy(.*)/g)].flatMap(([, line]) => line?.match(/--\w+ ?\w*/g) ?? []);
  const documented = flags(read('docs/deploy.md'));
  for (const flag of flags(section)) expect(documented).toContain(flag);
});
