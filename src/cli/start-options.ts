import { parseArgs } from 'node:util';
import { isTiebreakerType, TIEBREAKER_TYPES, type TiebreakerType } from '../core/event/tiebreaker-types';
import {
  isPath,
  OPTION_NAMES,
  OPTIONS,
  type OptionName,
  type OptionTexts,
  textsOf,
} from '../core/replay/options';
import { UsageError, usageErrorOf } from './usage-error';

export interface StartOptions {
  /** JSON Lines file; the GitHub webhooks where absent. */
  events: string | undefined;
  /** `file#name`; prints where absent. */
  handler: string | undefined;
  options: OptionTexts;
  /** JMESPath; `undefined` for what the event set suggests. */
  tiebreaker: string | undefined;
  tiebreakerType: TiebreakerType;
  seed: number;
  json: boolean;
}

/** A demonstration need not take as long as what was recorded. */
const DEFAULTS: OptionTexts = { ...textsOf((name) => OPTIONS[name].default), speed: '10', idle: '25ms' };

/** An option of a replay as a flag: `ordering-key` of `orderingKey`. */
export function flagOf(name: OptionName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const FLAGS: [flag: string, help: string][] = [
  ['events FILE', 'JSON Lines, one EventBridge event a line; default: 329 GitHub webhooks'],
  ['handler FILE#NAME', "a consumer's handler, TypeScript or JavaScript; default: prints each event"],
  ...OPTION_NAMES.map((name): [string, string] => {
    const { placeholder, help } = OPTIONS[name];
    return [`${flagOf(name)} ${placeholder}`, `${help}; default ${DEFAULTS[name]}`];
  }),
  ['tiebreaker PATH', 'JMESPath of the value that orders events within one second'],
  ['tiebreaker-type TYPE', `what those values are: ${TIEBREAKER_TYPES.join(', ')}; default auto`],
  ['seed N', 'makes the disorder of the replay repeatable; default: by chance'],
  ['json', 'one JSON object on stdout instead of progress, table and picture'],
  ['help', 'this text'],
];

export const USAGE = `Usage: npm start -- [options]

${FLAGS.map(([flag, help]) => `  --${flag.padEnd(26)}${help}`).join('\n')}`;

/**
 * @returns `undefined` where help was asked for.
 * @throws UsageError naming the option, the value it got and what is allowed.
 */
export function readStartOptions(args: string[]): StartOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { tiebreaker } = values;
  if (tiebreaker !== undefined && !isPath(tiebreaker)) {
    throw notAllowed('tiebreaker', tiebreaker, 'a JMESPath such as detail.sequence');
  }
  const tiebreakerType = values['tiebreaker-type'] ?? 'auto';
  if (!isTiebreakerType(tiebreakerType)) {
    throw notAllowed('tiebreaker-type', tiebreakerType, TIEBREAKER_TYPES.join(', '));
  }
  return {
    events: values.events,
    handler: values.handler,
    options: textsOf((name) => textFor(name, values)),
    tiebreaker,
    tiebreakerType,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : seedOf(values.seed),
    json: values.json,
  };
}

function textFor(name: OptionName, given: Readonly<Record<string, unknown>>): string {
  const text = String(given[flagOf(name)] ?? DEFAULTS[name]);
  const { parse, allowed } = OPTIONS[name];
  if (parse(text)) return text;
  throw notAllowed(flagOf(name), text, allowed);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        events: { type: 'string' },
        handler: { type: 'string' },
        tiebreaker: { type: 'string' },
        'tiebreaker-type': { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        ...Object.fromEntries(OPTION_NAMES.map((name) => [flagOf(name), { type: 'string' as const }])),
      },
    }).values;
  } catch (error) {
    throw usageErrorOf(error);
  }
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0 && text.trim() !== '') return seed;
  throw notAllowed('seed', text, 'a whole number from 0');
}

function notAllowed(flag: string, text: string, allowed: string): UsageError {
  return new UsageError(`Option --${flag} is "${text}"; allowed is ${allowed}.`);
}
