import { JMESPathTypeError, search } from '@aws-lambda-powertools/jmespath';
import { OrderedReplayError } from '../errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../limits';

/** What a replay can be told. Everything that knows an option's name has it from `OPTIONS`. */
interface Option<Value extends object> {
  /** As a person would type it. */
  default: string;
  /** What may be typed, in a sentence. */
  allowed: string;
  /** Values to try, in Markdown. */
  examples: string;
  /** Shown instead of the value in a usage text. */
  placeholder: string;
  help: string;
  /** The value, under the name that the code has for it; `undefined` if the text is not allowed. */
  parse(text: string): Value | undefined;
}

const UNITS_MS: Record<string, number> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** Checks an entry and keeps the type of its value. */
function option<Value extends object>(entry: Option<Value>): Option<Value> {
  return entry;
}

export const OPTIONS = {
  speed: option({
    default: '1',
    allowed: 'a number above 0 (1 is as recorded, 10 ten times faster), or max',
    examples: '`1`, `0.5`, `10`, `max`',
    placeholder: 'N|max',
    help: 'how fast: 1 is as recorded, 10 ten times faster',
    parse(text) {
      if (text === 'max') return { speed: Number.POSITIVE_INFINITY };
      const speed = /^\d+(\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : 0;
      return speed > 0 ? { speed } : undefined;
    },
  }),
  idle: option({
    default: 'none',
    allowed: 'a number with a unit (250ms, 5s, 2m, 1h, 1d), or none',
    examples: '`250ms`, `5s`, `2m`, `1h`, `none`',
    placeholder: 'DURATION',
    help: 'longest pause between two events, such as 250ms or 5s',
    parse(text) {
      if (text === 'none') return { idleMs: Number.POSITIVE_INFINITY };
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
      return match ? { idleMs: Number(match[1]) * (UNITS_MS[match[2] as string] as number) } : undefined;
    },
  }),
  orderingKey: option({
    default: 'none',
    allowed: 'a JMESPath such as detail.orderId, or none',
    examples: 'a [JMESPath](https://jmespath.org) such as `detail.orderId`, or `none`',
    placeholder: 'PATH',
    help: 'JMESPath of the value within which order matters; none is one lane',
    parse(text) {
      if (!isPath(text)) return undefined;
      return { orderingKeyPath: text === 'none' || text === '' ? undefined : text };
    },
  }),
  onMissing: option<{ onMissing: 'wait' | 'continue' }>({
    default: 'wait',
    allowed: 'wait or continue',
    examples: '`wait`, `continue`',
    placeholder: 'wait|continue',
    help: 'what to do while there are dead letters',
    parse: (text) => (text === 'wait' || text === 'continue' ? { onMissing: text } : undefined),
  }),
};

export type OptionName = keyof typeof OPTIONS;

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

/** A replay's options as a person types them; also how the stack's defaults and the `Replays` row hold them. */
export type OptionTexts = Record<OptionName, string>;

type Parsed = { [K in OptionName]: NonNullable<ReturnType<(typeof OPTIONS)[K]['parse']>> }[OptionName];
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** A replay's options, ready to use. */
export type ReplayOptions = Intersection<Parsed>;

export const DEFAULT_OPTIONS = textsOf((name) => OPTIONS[name].default);

/** One text for each option. */
export function textsOf(text: (name: OptionName) => string): OptionTexts {
  return Object.fromEntries(OPTION_NAMES.map((name) => [name, text(name)])) as OptionTexts;
}

/**
 * @param remedy As in `invalidOption`.
 * @throws OrderedReplayError `InvalidOption` naming the option, the value it got and what is allowed.
 */
export function compileOptions(texts: OptionTexts, remedy: string): ReplayOptions {
  const values = OPTION_NAMES.map((name) => {
    const { parse, allowed } = OPTIONS[name];
    const value: object | undefined = parse(texts[name]);
    if (!value) throw invalidOption(name, texts[name], allowed, remedy);
    return value;
  });
  return Object.assign({}, ...values);
}

/**
 * The options of a row; one that it lacks has its default.
 *
 * @throws OrderedReplayError `InvalidOption` for a value that somebody typed into the row.
 */
export function optionsInRow(texts: Partial<OptionTexts> = {}): ReplayOptions {
  return compileOptions({ ...DEFAULT_OPTIONS, ...texts }, "Correct it in the replay's row.");
}

/** Whether a text is a JMESPath, or empty or `none`. */
export function isPath(text: string): boolean {
  if (text === '' || text === 'none') return true;
  try {
    search(text, {});
    return true;
  } catch (error) {
    // A function that is given nothing here may well be given the right thing by an event.
    return error instanceof JMESPathTypeError;
  }
}

/** @param remedy What the reader should do: it depends on where the value stands. */
export function invalidOption(
  name: string,
  value: string,
  allowed: string,
  remedy: string,
): OrderedReplayError {
  const message = `Option ${name}=${value} is not valid; allowed is ${allowed}.`;
  return new OrderedReplayError('InvalidOption', message, { remedy });
}
