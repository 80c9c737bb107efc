import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BuildOptions } from 'esbuild';
import { median, repeated } from './measure';
import { bundle, ROOT, runNode, withFolder } from './programs';
import { figure, type Section, table } from './section';

const KIB = 1_024;

/** Bytes that each bundle may have. What grows beyond this grows the cold start of every function. */
export const BUDGETS = { collect: 600 * KIB, sequence: 700 * KIB, consumer: 14 * KIB };
export type BundleName = keyof typeof BUDGETS;

const PUBLISHED: BuildOptions = { bundle: true, format: 'cjs', platform: 'node', target: 'node20' };
/** What the functions need to be loaded. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_NAME: 'bundle',
  BUFFER_TABLE: 'buffer',
  REPLAYS_TABLE: 'replays',
  ORDERED_EVENTS_TABLE: 'ordered-events',
  SEQUENCE_STATE_MACHINE_ARN: 'sequence',
  OVERFLOW_QUEUE_URL: 'overflow',
  DEAD_LETTERS_QUEUE_URL: 'dead-letters',
};

/** Bytes and import times of what is deployed and published. */
export async function measureBundles({ rounds } = { rounds: 11 }): Promise<Section> {
  const results = await importedBundles(rounds);
  return {
    title: 'Bundles',
    tables: [
      table('', results, {
        bundle: ({ name }) => name,
        KiB: ({ bytes }) => figure(bytes / KIB, 1),
        'KiB, gzipped': ({ gzippedBytes }) => figure(gzippedBytes / KIB, 1),
        'budget, KiB': ({ name }) => figure(BUDGETS[name] / KIB, 0),
        'import, ms': ({ importMs }) => figure(importMs, 1),
      }),
    ],
    notes: [
      `The functions bundled with the options of serverless.yml, the consumer as published. Import: \`require\` in a new process with a warm file cache, median of ${rounds}; a function of 256 MB has a seventh of a core and takes accordingly longer.`,
      'test/bench/bundles.test.ts keeps the budgets.',
    ],
    targets: [
      {
        what: 'bundles',
        target: 'within their budgets',
        measured: results.map(({ name, bytes }) => `${name} ${figure(bytes / KIB, 0)} KiB`).join(', '),
        met: results.every(({ name, bytes }) => bytes <= BUDGETS[name]),
      },
    ],
    data: results,
  };
}

export type ImportedBundle = { name: BundleName; bytes: number; gzippedBytes: number; importMs: number };

/** Builds functions as they are deployed, and the consumer as it is published, and imports each so many times. */
export async function importedBundles(
  rounds: number,
  names = Object.keys(BUDGETS) as BundleName[],
): Promise<[ImportedBundle, ...ImportedBundle[]]> {
  const deployed = await deployedOptions();
  return withFolder(async (folder) => {
    const imported = await repeated(names.length, async (nth): Promise<ImportedBundle> => {
      const name = names[nth - 1] as BundleName;
      const isConsumer = name === 'consumer';
      const source = isConsumer ? 'src/consumer/index.ts' : `functions/${name}.ts`;
      const file = await bundle(source, folder, isConsumer ? PUBLISHED : deployed);
      const text = await readFile(file);
      const importMs = median(await repeated(rounds, () => millisecondsToImport(file)));
      return { name, bytes: text.length, gzippedBytes: gzipSync(text).length, importMs };
    });
    return imported as [ImportedBundle, ...ImportedBundle[]];
  });
}

/** How long `require` takes in a new process. */
async function millisecondsToImport(file: string): Promise<number> {
  const script = `const startMs = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - startMs); process.exit()`;
  return Number(await runNode(['-e', script], { PATH: process.env.PATH, ...ENVIRONMENT }));
}

/** The options under `custom.esbuild` in serverless.yml. */
export async function deployedOptions(): Promise<BuildOptions> {
  const text = await readFile(path.join(ROOT, 'serverless.yml'), 'utf8');
  const block = /\n {2}esbuild:\n((?: {4}.*\n)+)/.exec(text)?.[1] ?? '';
  const lines = [...block.matchAll(/^ {4}(\w+): (.+)$/gm)].map(([, name, value = '']) => [
    name,
    readValue(value),
  ]);
  // Which packages to leave out is the plugin's own; it leaves out none.
  const { exclude, ...options } = Object.fromEntries(lines) as BuildOptions & { exclude?: unknown[] };
  if (!options.bundle || exclude?.length !== 0) throw new Error('serverless.yml has no such esbuild options');
  return options;
}

/** A list, a truth or a text of YAML. */
function readValue(text: string): unknown {
  if (text.startsWith('['))
    return text
      .slice(1, -1)
      .split(/\s*,\s*/)
      .filter(Boolean);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
