import { isOfTheStack, type OptionOrSetting, optionNamed } from './near-miss';
import { readPath, readWord, type TypedValue } from './option-value';
import { compileOptions, invalidOption, OPTIONS, type OptionTexts } from './options';
import type { Warning } from './row';

export const START_AGAIN = 'Correct it and start the replay again under a new name; nothing was delivered.';
export const UNKNOWN_OPTION = 'UnknownOption';
const OF_THE_STACK = 'it is a parameter of the stack';

/** A key is a whole word, but for what may stand before it, as in `--speed` or `(speed`; none of a path or of a URL. */
const KEY = /(?<![\p{L}\p{N}_.@$/?&])(\p{L}[\p{L}\p{N}_-]*)\s*(:=|=+|:)\s*/gu;
const KEY_HERE = new RegExp(`[-("']*${KEY.source}`, 'yu');
const MOST_SHOWN = 40;
/** A row need not hold more of a description that is nothing but slips. */
const MOST_TOLD = 5;

export interface ReadDescription {
  options: OptionTexts;
  /** What looks like an option and was read as prose. */
  warnings: Warning[];
}

type Found = NonNullable<ReturnType<typeof optionNamed>> & { typed: string; value: string; isProse: boolean };

/**
 * Reads the options in a replay's description over the defaults: `speed=10`, also `Speed = 10`, `speed: 10` and
 * `ordering-key='detail.orderId'`. All else is prose. Colons are common in prose, so what follows one is the value of an
 * option only where it is allowed.
 *
 * @throws OrderedReplayError `InvalidOption` for an option with a bad value, one that is given twice, and one that only the
 * stack can set.
 */
export function readDescription(description: string, defaults: OptionTexts): ReadDescription {
  const options = { ...defaults };
  const seen = new Set<string>();
  const missed: Found[] = [];
  for (const found of optionsIn(description)) {
    const { name, isExact, isProse, value } = found;
    if (!isExact || isProse) {
      missed.push(found);
      continue;
    }
    if (isOfTheStack(name)) throw invalidOption(name, value, `nothing here: ${OF_THE_STACK}`, START_AGAIN);
    if (seen.has(name)) {
      throw invalidOption(name, value, 'one value, but the description gives it twice', START_AGAIN);
    }
    seen.add(name);
    options[name] = value;
  }
  compileOptions(options, START_AGAIN);
  const told = missed.slice(0, MOST_TOLD);
  const warnings = told.map((found) => ({ code: UNKNOWN_OPTION, message: messageOf(found, options) }));
  return { options, warnings };
}

/** What is, or nearly is, an option; of what stands behind a colon that which could be one. */
function* optionsIn(description: string): Generator<Found> {
  const keys = new RegExp(KEY);
  for (let match = keys.exec(description); match; match = keys.exec(description)) {
    const [key, word = '', separator] = match;
    const named = optionNamed(word);
    if (!named) continue;
    const { value, end } = valueAt(description, keys.lastIndex, named.name);
    const isProse = separator === ':' && !isAllowed(named.name, value);
    if (isProse && (value === '' || !named.isExact)) continue;
    if (!isProse) keys.lastIndex = end;
    yield { ...named, typed: `${key}${value}`.trim(), value, isProse };
  }
}

/** Nothing, where the next option begins there. */
function valueAt(description: string, at: number, name: OptionOrSetting): TypedValue {
  KEY_HERE.lastIndex = at;
  const [, next] = KEY_HERE.exec(description) ?? [];
  if (next !== undefined && optionNamed(next)) return { value: '', end: at };
  const isPath = name === 'orderingKey' || isOfTheStack(name);
  return (isPath ? readPath : readWord)(description, at);
}

function isAllowed(name: OptionOrSetting, value: string): boolean {
  return value !== '' && !isOfTheStack(name) && OPTIONS[name].parse(value) !== undefined;
}

function messageOf({ name, isExact, typed }: Found, options: OptionTexts): string {
  const what = `${JSON.stringify(typed.slice(0, MOST_SHOWN))} was read as prose`;
  if (isOfTheStack(name)) return `${what}. If ${name} was meant: ${OF_THE_STACK}.`;
  const why = isExact
    ? `allowed for ${name} is ${OPTIONS[name].allowed}`
    : `if it was meant as an option, its name is ${name}`;
  // All others are a person's to command while it runs.
  const change =
    name === 'orderingKey' ? 'start it again under a new name' : `set command.${name} in its row`;
  return `${what}: ${why}. In this replay ${name} is ${options[name]}; for another, ${change}.`;
}
