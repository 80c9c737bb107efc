import { compileOptions, invalidOption, OPTION_NAMES, type OptionTexts } from './options';

const NAMES_IN_LOWER_CASE = new Map(OPTION_NAMES.map((name) => [name.toLowerCase(), name]));
export const START_AGAIN = 'Correct it and start the replay again under a new name; nothing was delivered.';
/** Settled before the first event is collected, so a description comes too late for them. */
const STACK_ONLY = ['tiebreaker', 'tiebreakerType'];

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
    const ofStack = STACK_ONLY.find((each) => each.toLowerCase() === typedKey);
    if (ofStack)
      throw invalidOption(ofStack, value, 'nothing here: it is a parameter of the stack', START_AGAIN);
    const name = NAMES_IN_LOWER_CASE.get(typedKey);
    if (!name) continue;
    if (seen.has(name)) {
      throw invalidOption(name, value, 'one value, but the description gives it twice', START_AGAIN);
    }
    seen.add(name);
    texts[name] = value;
  }
  compileOptions(texts, START_AGAIN);
  return texts;
}

/** A closing parenthesis belongs to the prose around the word, unless the value has opened it (`to_string(x)`). */
function withoutPunctuation(value: string): string {
  return value.replace(value.includes('(') ? /[.,;!]+$/ : /[.,;!)]+$/, '');
}
