export interface CapturedOutput {
  text(): string;
  lines(): Record<string, unknown>[];
  /** The values of a metric, one of each line that has it. */
  sent(metric: string): unknown[];
  restore(): void;
}

/** What a function writes to stdout and stderr, where Lambda's logs and metrics come from. */
export function captureOutput(): CapturedOutput {
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'OrderedReplay';
  process.env.POWERTOOLS_SERVICE_NAME = 'ordered-replay';
  const written: string[] = [];
  const keep = (chunk: unknown) => {
    written.push(String(chunk));
    return true;
  };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(keep),
    jest.spyOn(process.stderr, 'write').mockImplementation(keep),
  ];
  const text = () => written.join('');
  const lines = () =>
    text()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    text,
    lines,
    sent: (metric) => lines().flatMap((line) => ('_aws' in line && metric in line ? [line[metric]] : [])),
    restore: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
