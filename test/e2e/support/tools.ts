import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../..');
/** Where everything from outside npm is installed; not under version control. */
export const TOOLS = join(ROOT, '.e2e');

/** What a suite may need that `npm ci` does not bring. */
export type Tool = 'python' | 'openssl' | 'bash' | 'dynamodb-local' | 'frameworks';

const missingVariable = (tool: Tool) => `E2E_MISSING_${tool.replace('-', '_').toUpperCase()}`;

/**
 * Installs a tool before the suites run. On a person's machine a tool that cannot be had skips its suites, and says so;
 * in CI it fails them all.
 */
export async function provide(tool: Tool, install: () => Promise<void>): Promise<void> {
  try {
    await install();
  } catch (error) {
    if (process.env.CI) throw error;
    const [reason = ''] = String((error as Error).message).split('\n');
    process.env[missingVariable(tool)] = reason;
    process.stderr.write(`skipped: ${tool}: ${reason}\n`);
  }
}

/** `describe` where the tools are there; else a skipped one whose name says what is missing. */
export function describeWith(tools: Tool | readonly Tool[], name: string, suite: () => void): void {
  const missing = [tools].flat().filter((tool) => process.env[missingVariable(tool)]);
  const reasons = missing.map((tool) => `${tool}: ${process.env[missingVariable(tool)]}`);
  if (missing.length > 0) describe.skip(`${name} (skipped: ${reasons.join(' ')})`, suite);
  else describe(name, suite);
}
