import { type ChildProcess, fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import { generate } from 'selfsigned';
import { heapFlags } from '../test/support/lambda-heap';
import { deployedOptions } from './bundles';
import { shareOfCore } from './lambda';
import { bundle, ROOT, withFolder } from './programs';
import type { Released, ReleaseOptions } from './release-child';
import type { Appended } from './release-store';

/** The function as it is deployed, and as it was before: by the SDK client, in smaller batches. */
const WAYS = {
  before: { requests: 'sdk', plugins: [smallBatches()] },
  deployed: { requests: 'fast', plugins: [] },
} as const satisfies Record<string, Pick<ReleaseOptions, 'requests'> & { plugins: Plugin[] }>;
export type Way = keyof typeof WAYS;

export interface ReleaseCase {
  memoryMb: number;
  orderingKey: string;
  way: Way;
}

export interface ReleaseRun {
  perSecond: number;
  perAppend: number;
  unitsPerEvent: number;
  /** Of a core, as it was used. */
  share: number;
  residentBytes: number;
}

type Times = Pick<ReleaseOptions, 'warmUpMs' | 'measuredMs'>;
type Release = (each: ReleaseCase) => Promise<ReleaseRun>;

/** Starts a store with a certificate of its own, bundles the functions, and hands over what releases a replay. */
export async function withReleases(times: Times, use: (release: Release) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const trusted = path.join(folder, 'cert.pem');
    await writeFile(trusted, cert);
    const store = forkSource('release-store.ts');
    try {
      store.send({ key, cert });
      const endpoint = (await messageOf(store)) as string;
      let runs = 0;
      await use(async ({ memoryMb, orderingKey, way }) => {
        const { requests, plugins } = WAYS[way];
        const options = { ...(await deployedOptions()), plugins: [...plugins] };
        const file = await bundle('bench/release-child.ts', folder, options);
        const replay = `release-${++runs}`;
        const released = await releaseIn(memoryMb, file, trusted, {
          replay,
          endpoint,
          requests,
          orderingKey,
          ...times,
        });
        store.send(replay);
        const { events, appends, writeUnits } = (await messageOf(store)) as Appended;
        return {
          perSecond: (events * 1_000) / released.ms,
          perAppend: events / appends,
          unitsPerEvent: writeUnits / events,
          share: released.cpuMicros / 1_000 / released.ms,
          residentBytes: released.residentBytes,
        };
      });
    } finally {
      store.disconnect();
    }
  });
}

/** In a process of its own, which has the heap and, once it is warm, the processor of a function with such memory. */
async function releaseIn(
  memoryMb: number,
  file: string,
  trusted: string,
  options: ReleaseOptions,
): Promise<Released> {
  const child = fork(file, [JSON.stringify(options)], {
    execArgv: heapFlags(memoryMb),
    env: {
      PATH: process.env.PATH,
      NODE_NO_WARNINGS: '1',
      NODE_EXTRA_CA_CERTS: trusted,
      POWERTOOLS_SERVICE_NAME: 'bench',
      POWERTOOLS_METRICS_NAMESPACE: 'OrderedReplay',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await messageOf(child);
    const share = shareOfCore(memoryMb);
    if (share < 1) await limitProcessor(child, share);
    child.send('go');
    return (await messageOf(child)) as Released;
  } finally {
    child.kill('SIGKILL');
  }
}

/** From now on the process has no more than its share of a core: see `processor-share.ts`. */
export async function limitProcessor({ pid }: ChildProcess, share: number): Promise<void> {
  await messageOf(forkSource('processor-share.ts', String(pid), String(share)));
}

function forkSource(source: string, ...args: string[]): ChildProcess {
  return fork(path.join(ROOT, 'bench', source), args, { execArgv: ['--import', 'tsx'] });
}

/** The next one. */
export function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`A process of the benchmark ended with ${code}.`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

/** The limits of a batch as they were. */
function smallBatches(): Plugin {
  const edits = [
    ['MAX_BATCH_EVENTS = 12_000', 'MAX_BATCH_EVENTS = 1_000'],
    ['MAX_BATCH_BYTES = 12 *', 'MAX_BATCH_BYTES = 4 *'],
  ] as const;
  return {
    name: 'small-batches',
    setup: (build) =>
      build.onLoad({ filter: /src\/core\/limits\.ts$/ }, async ({ path: file }) => {
        let contents = await readFile(file, 'utf8');
        for (const [is, was] of edits) {
          if (!contents.includes(is)) throw new Error(`${file} has no ${is}`);
          contents = contents.replace(is, was);
        }
        return { contents, loader: 'ts' };
      }),
  };
}
