import { isPath } from './options';

/** What a person types as the value of an option in prose: without the quotes around it and the punctuation behind it. */
export interface TypedValue {
  value: string;
  /** Where the prose goes on. */
  end: number;
}

const CLOSERS: Record<string, string> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '„': '“',
  '‘': '’',
  '«': '»',
};
const BRACKETS: Record<string, string> = { '[': ']', '(': ')', '{': '}' };
/** A comma with a digit behind it is no punctuation: `1,5` is a number, though one that is not allowed. */
const WORD = /(?:[^\s,;]|,(?=\d))*/y;
const BEHIND = /[.,:;!?*)\]}"'`”’»]+$/;
const OPERATOR = /\s*(?:\|\|?|&&)\s*/y;

export function readWord(text: string, from: number): TypedValue {
  const quoted = endOfQuote(text, from);
  if (quoted !== undefined) return { value: text.slice(from + 1, quoted - 1).trim(), end: quoted };
  const word = matchAt(WORD, text, from);
  return { value: word.replace(BEHIND, ''), end: from + word.length };
}

/**
 * JMESPath has quotes of its own, and spaces in brackets. Of what a person may have meant, the longest that is a path
 * counts. Quotes around all of it are no part of it, unless it is a name that needs them: nobody means a constant, or a
 * name with a dot.
 */
export function readPath(text: string, from: number): TypedValue {
  const word = matchAt(/\S*/y, text, from);
  const typed = [text.slice(from, endOfPath(text, from)), word].map((each) =>
    each.replace(/[.,:;!?*]+$/, ''),
  );
  for (const each of [...typed, word.replace(BEHIND, '')]) {
    const value = meantBy(each);
    if (value !== '' && isPath(value)) return { value, end: from + each.length };
  }
  return { value: meantBy(typed[1] as string), end: from + word.length };
}

/** Where the path ends that begins there: at a space, a comma or a bracket that is none of its own. */
function endOfPath(text: string, from: number): number {
  const open: string[] = [];
  let at = from;
  while (at < text.length) {
    const char = text.charAt(at);
    const quoted = isQuote(char, at === from) ? endOfQuote(text, at) : undefined;
    if (quoted !== undefined) at = quoted;
    else if (open.length === 0 && /[\s|&]/.test(char)) {
      const operator = matchAt(OPERATOR, text, at);
      if (operator === '') return at;
      at += operator.length;
    } else if (open.length === 0 && /[,;)\]}]/.test(char)) return at;
    else {
      if (char === open.at(-1)) open.pop();
      else if (BRACKETS[char]) open.push(BRACKETS[char]);
      at++;
    }
  }
  return at;
}

/** JMESPath's own quotes may stand anywhere, those of a text editor only around all of it. */
function isQuote(char: string, isFirst: boolean): boolean {
  return isFirst ? char in CLOSERS : '"\'`'.includes(char);
}

/** Behind the quote that closes the one there; `undefined` where there is none. */
function endOfQuote(text: string, from: number): number | undefined {
  const closer = CLOSERS[text.charAt(from)];
  if (closer === undefined) return undefined;
  for (let at = from + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === closer) return at + 1;
  }
  return undefined;
}

/** A name that is no path as it stands, such as `detail-type`. */
const NAME = /^[^"'`\\.,[\](){}|&?*@]+$/;

function meantBy(text: string): string {
  if (endOfQuote(text, 0) !== text.length) return text;
  const inside = text.slice(1, -1).trim();
  return NAME.test(inside) && !isPath(inside) ? `"${inside}"` : inside;
}

/** @param pattern Sticky. */
function matchAt(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? '';
}
