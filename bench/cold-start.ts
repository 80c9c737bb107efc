import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBundles, importMs } from './bundles';
import { memorySizes } from './cost-ours';
import { gbSeconds, scaledCpuMs } from './lambda-model';
import { figure, type Table } from './section';
import { median } from './statistics';
import { total, usage } from './usage';

/** Of a hundred calls of `collect`, one in a new environment: a busy one is used again and again. */
const COLD_SHARE = 0.01;

/**
 * What loading `collect` costs. Lambda bills the time of the init phase as it does a call's:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export interface ColdStart {
  bytes: number;
  memoryMb: number;
  /** Of the deployed bundle, in a new process here. */
  importMs: number;
  /** The same at the function's share of a core. */
  billedMs: number;
  usdEach: number;
  /** At so many cold starts in a million events. */
  share: number;
  usdPerMillion: number;
}

export async function measureColdStart(rounds: number): Promise<ColdStart> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ordered-replay-cold-'));
  try {
    const collect = (await buildBundles(folder)).find(({ name }) => name === 'collect');
    if (!collect) throw new Error('There is no bundle of collect');
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await importMs(collect.file));
    return coldStartOf(collect.bytes, median(times), (await memorySizes()).collect);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The price of an import that takes so long on a whole core. */
export function coldStartOf(bytes: number, importedMs: number, memoryMb: number): ColdStart {
  const billedMs = Math.ceil(scaledCpuMs(importedMs, memoryMb));
  const usdEach = total(usage({ lambdaGbSeconds: gbSeconds(billedMs, memoryMb) }));
  const usdPerMillion = usdEach * 1e6 * COLD_SHARE;
  return { bytes, memoryMb, importMs: importedMs, billedMs, usdEach, share: COLD_SHARE, usdPerMillion };
}

export function coldStartTable(cold: ColdStart): Table {
  return {
    caption: 'Cold starts of `collect`, from its deployed bundle; what they add to a million events',
    head: [
      'bundle, KiB',
      'import here, ms',
      `billed at ${cold.memoryMb} MB, ms`,
      'USD each',
      `USD at ${cold.share * 100}% of calls`,
    ],
    rows: [
      [
        figure(cold.bytes / 1_024, 0),
        figure(cold.importMs, 1),
        figure(cold.billedMs, 0),
        figure(cold.usdEach, 8),
        figure(cold.usdPerMillion, 3),
      ],
    ],
  };
}
