import { parseArgs } from 'node:util';
import { UsageError, usageErrorOf } from './usage-error';

export interface LocalOptions {
  port: number;
  /** `file#name`; prints where absent. */
  handler: string | undefined;
}

export const LOCAL_USAGE = `Usage: npm run local -- [options]

  --port N            port on 127.0.0.1; default 4599
  --handler FILE#NAME a consumer's handler, TypeScript or JavaScript; default: prints each event
  --help              this text`;

/**
 * @returns `undefined` where help was asked for.
 * @throws UsageError naming the option, the value it got and what is allowed.
 */
export function readLocalOptions(args: string[]): LocalOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const port = Number(values.port);
  if (/^\d+$/.test(values.port) && port <= 65_535) return { port, handler: values.handler };
  throw new UsageError(`Option --port is "${values.port}"; allowed is a whole number from 0 to 65535.`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4599' },
        handler: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw usageErrorOf(error);
  }
}
