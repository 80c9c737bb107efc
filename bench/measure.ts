/** Does something and says how many microseconds of processor time this process took: one thing at a time. */
export async function processorTime<T>(work: () => T | Promise<T>): Promise<{ result: T; micros: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, micros: user + system };
}

/** The real clock, to the microsecond. */
export function preciseNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Makes so many measurements, one after the other. */
export async function repeated<T>(times: number, measure: (round: number) => Promise<T>): Promise<T[]> {
  const measured: T[] = [];
  for (let round = 1; round <= times; round++) measured.push(await measure(round));
  return measured;
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return (quantile(values, 0.5, Math.floor) + quantile(values, 0.5, Math.ceil)) / 2;
}

/** The value below which this share of the values lies; `NaN` of none. */
export function quantile(values: readonly number[], share: number, round = Math.ceil): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, round((sorted.length - 1) * share))] ?? Number.NaN;
}

export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}
