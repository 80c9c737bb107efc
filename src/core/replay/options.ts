import { JMESPathTypeError, search } from '@aws-lambda-powertools/jmespath';
import { OrderedReplayError } from '../errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../limits';
import type { Pace } from '../release/pacing';

/** A replay's options as a person types them; also how the stack's defaults and the `Replays` row hold them. */
export interface OptionTexts {
  /** `1`, `0.5`, `10x` or `max`. */
  speed: string;
  /** Longest pause: `250ms`, `5s`, `2m`, `1h`, or `none` for no limit. */
  idle: string;
  /** JMESPath of the ordering key, such as `detail.orderId`; `none` for one lane. */
  orderingKey: string;
  /** With dead letters at seal time: `wait` for them, or `continue` without. */
  onMissing: string;
}

/** A replay's options, ready to use. */
export interface ReplayOptions extends Pace {
  orderingKeyPath: string | undefined;
  onMissing: 'wait' | 'continue';
}

export const DEFAULT_OPTIONS: OptionTexts = {
  speed: '1',
  idle: 'none',
  orderingKey: 'none',
  onMissing: 'wait',
};

const UNITS_MS: Record<string, number> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const KEYS = new Map(
  Object.keys(DEFAULT_OPTIONS).map((key) => [key.toLowerCase(), key as keyof OptionTexts]),
);
/** Settled before the first event is collected, so a description comes too late for it. */
const STACK_ONLY = 'tiebreaker';

/**
 * Reads the `key=value` words of a replay's description over the defaults. Other words are prose. Keys are found
 * in any case, and punctuation behind a word is not part of its value.
 *
 * @throws OrderedReplayError `InvalidOption` for a known key with a bad value, one that is given twice, and one that
 * only the stack can set.
 */
export function readDescription(description: string, defaults: OptionTexts): OptionTexts {
  const texts = { ...defaults };
  const seen = new Set<string>();
  for (const word of description.split(/\s+/)) {
    const equals = word.indexOf('=');
    const typedKey = word.slice(0, Math.max(equals, 0)).toLowerCase().replace(/^\W+/, '');
    const value = withoutPunctuation(word.slice(equals + 1));
    if (typedKey === STACK_ONLY) {
      throw invalid(STACK_ONLY, value, 'nothing here: it is a parameter of the stack');
    }
    const key = KEYS.get(typedKey);
    if (!key) continue;
    if (seen.has(key)) throw invalid(key, value, 'one value, but the description gives it twice');
    seen.add(key);
    texts[key] = value;
  }
  compileOptions(texts);
  return texts;
}

/** @throws OrderedReplayError `InvalidOption` naming the option, the value it got and what is allowed. */
export function compileOptions(texts: OptionTexts): ReplayOptions {
  return {
    speed: speedOf(texts.speed),
    idleMs: durationMs(texts.idle),
    orderingKeyPath: pathOf('orderingKey', texts.orderingKey),
    onMissing: onMissingOf(texts.onMissing),
  };
}

/** @throws OrderedReplayError `InvalidOption` where the text is not a JMESPath; `none` and empty give `undefined`. */
export function pathOf(option: string, text: string): string | undefined {
  if (text === 'none' || text === '') return undefined;
  try {
    search(text, {});
  } catch (error) {
    // A function that is given nothing here may well be given the right thing by an event.
    if (!(error instanceof JMESPathTypeError)) {
      throw invalid(option, text, 'a JMESPath such as detail.orderId, or none');
    }
  }
  return text;
}

/** A closing parenthesis belongs to the prose around the word, unless the value has opened it (`to_string(x)`). */
function withoutPunctuation(value: string): string {
  return value.replace(value.includes('(') ? /[.,;!]+$/ : /[.,;!)]+$/, '');
}

function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : 0;
  if (speed > 0) return speed;
  throw invalid('speed', text, 'a number above 0 (1 is as recorded, 10 ten times faster), or max');
}

function durationMs(text: string): number {
  if (text === 'none') return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match) return Number(match[1]) * (UNITS_MS[match[2] as string] as number);
  throw invalid('idle', text, 'a number with a unit (250ms, 5s, 2m, 1h, 1d), or none');
}

function onMissingOf(text: string): 'wait' | 'continue' {
  if (text === 'wait' || text === 'continue') return text;
  throw invalid('onMissing', text, 'wait or continue');
}

function invalid(option: string, value: string, allowed: string): OrderedReplayError {
  return new OrderedReplayError(
    'InvalidOption',
    `Option ${option}=${value} is not valid; allowed is ${allowed}.`,
    {
      remedy: 'Correct it and start the replay again under a new name; nothing was delivered.',
    },
  );
}
