import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const SOURCES = path.join(__dirname, '../orders/src');

/** A function's handler, and how it is replaced by another version of it. */
export interface Deployment {
  // biome-ignore lint/suspicious/noExplicitAny: whatever Lambda calls it with.
  handler: (event: any, context: any) => Promise<unknown>;
}

/**
 * Bundles a function of the service as `sls deploy` does, and loads the bundle.
 *
 * @param edit Changes the function's file on its way; the working tree stays as it is.
 */
export async function deploy(name: string, edit = (source: string) => source): Promise<Deployment> {
  const file = path.join(SOURCES, `${name}.ts`);
  const { outputFiles } = await build({
    stdin: {
      contents: edit(readFileSync(file, 'utf8')),
      resolveDir: SOURCES,
      sourcefile: file,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    // Loaded into a running process, a test's sandbox among them, where `import()` may be unknown.
    supported: { 'dynamic-import': false },
    write: false,
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'orders-'));
  try {
    const bundle = path.join(folder, `${name}.cjs`);
    writeFileSync(bundle, outputFiles[0]?.contents ?? '');
    return require(bundle) as Deployment;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The bug of the story: TypeScript would find it, but a bundler does not look at types. */
export function breakFieldName(source: string): string {
  const broken = source.replace('event.detail.orderId', 'event.detail.orderID');
  if (broken === source) throw new Error('src/order-created.ts has no event.detail.orderId to break.');
  return broken;
}
