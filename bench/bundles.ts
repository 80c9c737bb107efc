import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { figure, type Section } from './section';
import { median } from './statistics';

const ROOT = path.join(__dirname, '..');
const KIB = 1_024;

/** Bytes that each bundle may have. What grows beyond this grows the cold start of every function. */
export const BUDGETS = { collect: 600 * KIB, sequence: 700 * KIB, consumer: 13 * KIB } as const;
export type BundleName = keyof typeof BUDGETS;

export interface Bundle {
  name: BundleName;
  file: string;
  bytes: number;
  gzippedBytes: number;
}

export interface BundleScale {
  rounds: number;
}

export const BUNDLE_SCALE: BundleScale = { rounds: 11 };

/** The options under `custom.esbuild` in serverless.yml. */
export async function deployedOptions(): Promise<BuildOptions> {
  const text = await readFile(path.join(ROOT, 'serverless.yml'), 'utf8');
  const block = /\n {2}esbuild:\n((?: {4}.*\n)+)/.exec(text)?.[1] ?? '';
  const lines = [...block.matchAll(/^ {4}(\w+): (.+)$/gm)].map(([, name = '', value = '']) => [
    name,
    readValue(value),
  ]);
  // Which packages to leave out is the plugin's own; it leaves out none.
  const { exclude, ...options } = Object.fromEntries(lines) as BuildOptions & { exclude?: unknown };
  if (!options.bundle || (exclude as unknown[])?.length !== 0)
    throw new Error('serverless.yml has no such esbuild options');
  return options;
}

function readValue(text: string): unknown {
  if (text.startsWith('['))
    return text
      .slice(1, -1)
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/** Builds the two functions as they are deployed, and the consumer as it is published. */
export async function buildBundles(folder: string): Promise<Bundle[]> {
  const deployed = await deployedOptions();
  const published: BuildOptions = { bundle: true, format: 'cjs', platform: 'node', target: 'node20' };
  const sources: Record<BundleName, [string, BuildOptions]> = {
    collect: ['functions/collect.ts', deployed],
    sequence: ['functions/sequence.ts', deployed],
    consumer: ['src/consumer/index.ts', published],
  };
  return Promise.all(
    Object.entries(sources).map(async ([name, [source, options]]) => {
      const outfile = path.join(folder, `${name}.js`);
      await build({ ...options, entryPoints: [path.join(ROOT, source)], outfile, logLevel: 'error' });
      const bytes = (await stat(outfile)).size;
      return {
        name: name as BundleName,
        file: outfile,
        bytes,
        gzippedBytes: gzipSync(await readFile(outfile)).length,
      };
    }),
  );
}

/** Bytes and import times of what is deployed and published. */
export async function measureBundles({ rounds }: BundleScale = BUNDLE_SCALE): Promise<Section> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ordered-replay-bundles-'));
  try {
    const results: (Bundle & { importMs: number })[] = [];
    for (const bundle of await buildBundles(folder)) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) times.push(await importMs(bundle.file));
      results.push({ ...bundle, importMs: median(times) });
    }
    return {
      title: 'Bundles',
      tables: [
        {
          head: ['bundle', 'KiB', 'KiB, gzipped', 'budget, KiB', 'import, ms'],
          rows: results.map(({ name, bytes, gzippedBytes, importMs: ms }) => [
            name,
            figure(bytes / KIB, 1),
            figure(gzippedBytes / KIB, 1),
            figure(BUDGETS[name] / KIB, 0),
            figure(ms, 1),
          ]),
        },
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
      data: results.map(({ file: _file, ...result }) => result),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How long `require` takes in a new process. */
export async function importMs(file: string): Promise<number> {
  const script = `const startMs = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - startMs); process.exit()`;
  const names = [
    'BUFFER_TABLE',
    'REPLAYS_TABLE',
    'ORDERED_EVENTS_TABLE',
    'SEQUENCE_STATE_MACHINE_ARN',
    'OVERFLOW_QUEUE_URL',
    'DEAD_LETTERS_QUEUE_URL',
  ];
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'bundle',
    ...Object.fromEntries(names.map((name) => [name, name])),
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  return Number(stdout.trim().split('\n').at(-1));
}
