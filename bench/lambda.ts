import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { total, usage } from './prices';
import { ROOT } from './programs';

/**
 * From the processor time a handler took here to the duration it would be billed for.
 *
 * A function gets processor in proportion to its memory, one core at 1,769 MB, so what takes 1 ms here takes 6.9 ms at
 * 256 MB. That this machine's core is as fast as a Lambda core is an assumption, and so is what a request takes.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MB_PER_CORE = 1_769;

/** One DynamoDB request in the same Region; AWS promises single-digit milliseconds. */
export const ASSUMED_REQUEST_MS = 5;
/** What Step Functions adds to a function's duration in an Express execution. */
export const ASSUMED_STEP_MS = 30;
/** Of a hundred calls of `collect`, one in a new environment: a busy one is used again and again. */
const COLD_SHARE = 0.01;

/** Of one core; a function that has more than one uses no more. */
export function shareOfCore(memoryMb: number): number {
  return Math.min(1, memoryMb / MB_PER_CORE);
}

export function scaledCpuMs(cpuMs: number, memoryMb: number): number {
  return cpuMs / shareOfCore(memoryMb);
}

/** Lambda bills the millisecond begun. */
export function gbSeconds(durationMs: number, memoryMb: number): number {
  return (Math.ceil(durationMs) / 1_000) * (memoryMb / 1_024);
}

/** As deployed: `memorySize` of each function in serverless.yml, by default parameters. */
export async function memorySizes(): Promise<{ collect: number; sequence: number }> {
  const text = await readFile(path.join(ROOT, 'serverless.yml'), 'utf8');
  const sizeOf = (name: string) => {
    const [, size = ''] =
      new RegExp(`handler: functions/${name}\\.handler[\\s\\S]*?memorySize: (.+)`).exec(text) ?? [];
    const [, parameter] = /^\$\{param:(\w+)\}$/.exec(size) ?? [];
    const [, value] = parameter
      ? (new RegExp(`^ {4}${parameter}: (\\d+)$`, 'm').exec(text) ?? [])
      : ['', size];
    if (!Number(value)) throw new Error(`serverless.yml has no memorySize of ${name}`);
    return Number(value);
  };
  return { collect: sizeOf('collect'), sequence: sizeOf('sequence') };
}

/**
 * What loading a bundle costs that takes so long to import on a whole core, and what that adds to a million calls.
 * Lambda bills the time of the init phase as it does a call's:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export function coldStartOf(bytes: number, importMs: number, memoryMb: number) {
  const billedMs = Math.ceil(scaledCpuMs(importMs, memoryMb));
  const usdEach = total(usage({ lambdaGbSeconds: gbSeconds(billedMs, memoryMb) }));
  const usdPerMillion = usdEach * 1e6 * COLD_SHARE;
  return { bytes, memoryMb, importMs, billedMs, usdEach, share: COLD_SHARE, usdPerMillion };
}

export type ColdStart = ReturnType<typeof coldStartOf>;
