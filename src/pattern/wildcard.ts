import { InvalidEventPatternError } from './error';

/**
 * Compiles a text in which `*` stands for any run of characters, none included; `\*` and `\\` stand for
 * themselves. Takes time linear in the text's length for each part, whatever the pattern.
 */
export function wildcardMatcher(pattern: string, at: string): (text: string) => boolean {
  const [head = '', ...inner] = splitAtWildcards(pattern, at);
  const tail = inner.pop();
  if (tail === undefined) return (text) => text === head;
  return (text) => {
    if (!text.startsWith(head)) return false;
    let from = head.length;
    // The first place where a part fits leaves the most room for the next, so there is nothing to try again.
    for (const part of inner) {
      const found = text.indexOf(part, from);
      if (found === -1) return false;
      from = found + part.length;
    }
    return text.length - tail.length >= from && text.endsWith(tail);
  };
}

/** The literal texts between the asterisks: `a*b\*c` gives `a` and `b*c`. */
function splitAtWildcards(pattern: string, at: string): string[] {
  const parts: string[] = [];
  let part = '';
  // EventBridge counts positions from 1.
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const next = pattern.charAt(i + 1);
    if (char === '\\') {
      if (next !== '*' && next !== '\\') {
        const reason = `Invalid escape character at pos ${i + 1}, only \\* and \\\\ are allowed`;
        throw new InvalidEventPatternError(reason, at, pattern);
      }
      part += next;
      i++;
    } else if (char === '*') {
      if (next === '*') {
        throw new InvalidEventPatternError(`Consecutive wildcard characters at pos ${i + 1}`, at, pattern);
      }
      parts.push(part);
      part = '';
    } else {
      part += char;
    }
  }
  return [...parts, part];
}
