import { parseArgs } from 'node:util';
import { OrderedReplayError } from '../core/errors';
import { compileOptions, type OptionTexts, pathOf } from '../core/replay/options';
import { UsageError, usageErrorOf } from './usage-error';

export interface StartOptions {
  /** JSON Lines file; the GitHub webhooks where absent. */
  events: string | undefined;
  /** `file#name`; prints where absent. */
  handler: string | undefined;
  options: Pick<OptionTexts, 'speed' | 'idle' | 'orderingKey'>;
  /** JMESPath; `undefined` for what the event set suggests. */
  tiebreaker: string | undefined;
  seed: number;
  json: boolean;
}

export const USAGE = `Usage: npm start -- [options]

  --events FILE       JSON Lines, one EventBridge event a line; default: 329 GitHub webhooks
  --handler FILE#NAME a consumer's handler, TypeScript or JavaScript; default: prints each event
  --speed N|max       playback speed, 1 is as recorded; default 10
  --idle DURATION     longest pause between two events (250ms, 5s, none); default 25ms
  --ordering-key PATH JMESPath of the ordering key (detail.orderId); default none: one lane
  --tiebreaker PATH   JMESPath of the value that orders events within one second
  --seed N            makes the disorder of the replay repeatable; default: by chance
  --json              one JSON object on stdout instead of progress, table and picture
  --help              this text`;

/**
 * @returns `undefined` where help was asked for.
 * @throws UsageError naming the option, the value it got and what is allowed.
 */
export function readStartOptions(args: string[]): StartOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const options = { speed: values.speed, idle: values.idle, orderingKey: values['ordering-key'] };
  try {
    compileOptions({ ...options, onMissing: 'wait' });
    if (values.tiebreaker !== undefined) pathOf('tiebreaker', values.tiebreaker);
  } catch (error) {
    if (!(error instanceof OrderedReplayError)) throw error;
    throw new UsageError(error.message.slice(0, -error.remedy.length).trim());
  }
  return {
    events: values.events,
    handler: values.handler,
    options,
    tiebreaker: values.tiebreaker,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : seedOf(values.seed),
    json: values.json,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        events: { type: 'string' },
        handler: { type: 'string' },
        speed: { type: 'string', default: '10' },
        idle: { type: 'string', default: '25ms' },
        'ordering-key': { type: 'string', default: 'none' },
        tiebreaker: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw usageErrorOf(error);
  }
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0 && text.trim() !== '') return seed;
  throw new UsageError(`Option --seed is "${text}"; allowed is a whole number from 0.`);
}
