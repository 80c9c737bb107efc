import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Builds the published package: the consumer wrapper as an ES module and as CommonJS, each with declarations of its
 * own kind, so that it type-checks under every module resolution.
 */
const root = path.join(__dirname, '..');
const out = path.join(root, process.argv[2] ?? 'dist', 'consumer');
const KINDS = [
  { format: 'cjs', extension: 'js' },
  { format: 'esm', extension: 'mjs' },
] as const;

rmSync(out, { recursive: true, force: true });
for (const { format, extension } of KINDS) {
  const outfile = path.join(out, `index.${extension}`);
  buildSync({
    entryPoints: [path.join(root, 'src/consumer/index.ts')],
    outfile,
    bundle: true,
    format,
    platform: 'node',
    target: 'node20',
  });
}
writeDeclarations();

function writeDeclarations(): void {
  const emitted = mkdtempSync(path.join(tmpdir(), 'ordered-replay-types-'));
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', path.join(root, 'tsconfig.build.json'), '--outDir', emitted], {
    stdio: 'inherit',
  });
  const folder = path.join(emitted, 'consumer');
  for (const file of reachable(folder, 'index.d.ts')) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const { extension } of KINDS) {
      const named = text.replace(/(from ')(\.\/[\w-]+)(')/g, `$1$2.${extension}$3`);
      writeFileSync(path.join(out, file.replace(/\.ts$/, extension === 'mjs' ? '.mts' : '.ts')), named);
    }
  }
  rmSync(emitted, { recursive: true });
}

/** The declarations that the entry needs; what it uses inside stays inside. */
function reachable(folder: string, entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry) || !readdirSync(folder).includes(entry)) return found;
  found.add(entry);
  const text = readFileSync(path.join(folder, entry), 'utf8');
  for (const [, name] of text.matchAll(/from '\.\/([\w-]+)'/g)) reachable(folder, `${name}.d.ts`, found);
  return found;
}
