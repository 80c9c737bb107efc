import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { heapFlags } from '../../support/lambda-heap';
import type { SealedSet } from './sealed-set';

const FLAGS = ['--expose-gc', ...heapFlags(256)];

export interface Memory {
  heldBytes: number;
  residentBytes: number;
  ms: number;
}

/** Runs releases in processes of their own, as they are bundled for Lambda. */
export async function openMeasure() {
  const folder = await mkdtemp(path.join(tmpdir(), 'ordered-replay-memory-'));
  const program = (name: string) => path.join(folder, `${name}.js`);
  await build({
    entryPoints: ['stub-store', 'sequence-child'].map((name) => path.join(__dirname, `${name}.ts`)),
    outdir: folder,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return {
    async release(set: SealedSet, mode: 'peak' | 'held'): Promise<Memory> {
      const store = spawn(process.execPath, [program('stub-store'), JSON.stringify(set)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const [endpoint] = (await once(store.stdout, 'data')) as [Buffer];
        const args = [...FLAGS, program('sequence-child'), endpoint.toString().trim()];
        const child = await promisify(execFile)(process.execPath, [...args, JSON.stringify(set), mode]).catch(
          (error: Error & { stderr?: string }) => {
            // Without the line of bundled code that Node.js shows, which is the whole program.
            throw new Error(error.stderr?.match(/^(FATAL|\w*Error).*/m)?.[0] ?? error.message);
          },
        );
        return JSON.parse(child.stdout) as Memory;
      } finally {
        store.kill();
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
