import type { Scenario } from './scenario';

/** A scenario as the code that makes it, to be kept in `regressions.test.ts`; `CALM` has no faults. */
export function scenarioText({ faults, ...rest }: Scenario): string {
  const present = Object.entries(faults).filter(([, probability]) => probability > 0);
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
  return [
    'const found: Scenario = {',
    ...fields.map(([name, value]) => `  ${name}: ${literal(value)},`),
    `  faults: { ${['...CALM', ...present.map(([name, value]) => `${name}: ${literal(value)}`)].join(', ')} },`,
    '};',
  ].join('\n');
}

function literal(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return 'Number.POSITIVE_INFINITY';
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (Array.isArray(value)) return `[\n${value.map((each) => `    ${literal(each)},\n`).join('')}  ]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, part]) => `${name}: ${literal(part)}`);
  return `{ ${fields.join(', ')} }`;
}
