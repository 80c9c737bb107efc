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

export function scaledCpuMs(cpuMs: number, memoryMb: number): number {
  return cpuMs * Math.max(1, MB_PER_CORE / memoryMb);
}

/** Lambda bills the millisecond begun. */
export function gbSeconds(durationMs: number, memoryMb: number): number {
  return (Math.ceil(durationMs) / 1_000) * (memoryMb / 1_024);
}

/** Runs something and says how much processor time this process took meanwhile: run one at a time. */
export async function withCpuMs<T>(
  run: () => Promise<T>,
): Promise<{ result: T; cpuMs: number; wallMs: number }> {
  const startMs = performance.now();
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return { result, cpuMs: (user + system) / 1_000, wallMs: performance.now() - startMs };
}
