import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const TSC = path.join(ROOT, 'node_modules/.bin/tsc');

function markdownFiles(): string[] {
  const docs = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', 'CONTRIBUTING.md', ...docs.map((file) => path.join('docs', file))].filter((file) =>
    file.endsWith('.md'),
  );
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

describe('the documents', () => {
  test.each(markdownFiles())('%s links to files that are there', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      ([, target]) => target as string,
    );
    const missing = links.filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)));
    expect(missing).toEqual([]);
  });

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = markdownFiles().flatMap((file) =>
      [...read(file).matchAll(/npm (?:run (?:-s |--silent )?)?([a-z][a-z0-9]*)/g)].map(
        ([, name]) => name as string,
      ),
    );
    const builtIn = ['ci', 'install', 'pack', 'registry', 'packages', 'implements', 'and', 'are'];
    expect(named.filter((name) => !(name in scripts) && !builtIn.includes(name))).toEqual([]);
  });

  test('show TypeScript that compiles against the package as it is written', () => {
    const snippets = markdownFiles().flatMap((file) =>
      [...read(file).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string),
    );
    expect(snippets.length).toBeGreaterThan(0);
    const folder = mkdtempSync(path.join(ROOT, 'node_modules/.snippets-'));
    try {
      snippets.forEach((code, index) => {
        writeFileSync(path.join(folder, `snippet-${index}.ts`), code);
      });
      const compilerOptions = {
        noUnusedLocals: false,
        paths: { 'ordered-replay': ['../../src/consumer/index.ts'] },
      };
      writeFileSync(
        path.join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] }),
      );
      expect(() => execFileSync(TSC, ['-p', folder], { encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
