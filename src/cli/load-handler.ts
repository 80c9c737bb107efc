import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReplayableHandler } from '../consumer';
import { UsageError } from './usage-error';

/**
 * Loads a consumer's handler, given as `file#name`; without a name, `handler` or the default export.
 *
 * @throws UsageError where the file cannot be loaded or exports no such function.
 */
export async function loadHandler(reference: string): Promise<ReplayableHandler> {
  const [file = '', name] = reference.split('#');
  const exported = await importFile(file, reference);
  const handler = name ? exported[name] : (exported.handler ?? exported.default);
  if (typeof handler === 'function') return handler as ReplayableHandler;
  const functions = Object.keys(exported).filter((key) => typeof exported[key] === 'function');
  throw new UsageError(
    `Option --handler is "${reference}", but ${file} exports no function ${name ?? 'handler'}; ` +
      `it exports ${functions.join(', ') || 'none'}.`,
  );
}

async function importFile(file: string, reference: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(path.resolve(file)).href);
  } catch (error) {
    throw new UsageError(
      `Option --handler is "${reference}", but ${file} cannot be loaded: ${firstLine(error)}`,
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
}
