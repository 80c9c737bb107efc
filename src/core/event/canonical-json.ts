/**
 * One text for one event, whatever wrote it (R5): EventBridge, Step Functions and SQS may differ in white space and in how
 * they escape a character. Each number stays as it was written, since a consumer may read more of it than JavaScript does:
 * `12345678901234567890`, `1.10`, `1e400`, `-0`. So do the order of keys, and keys that are there twice.
 *
 * @param text Valid JSON.
 * @param parsed What `JSON.parse` makes of it.
 * @throws RangeError where it is nested too deeply for JavaScript to write.
 */
export function canonicalJson(text: string, parsed: unknown): string {
  return JSON.stringify(parsed) === text ? text : withCanonicalStrings(text);
}

/**
 * Only strings and white space are written anew: what stands between strings is punctuation, numbers and words.
 *
 * In linear time: no part of the text is searched twice.
 */
function withCanonicalStrings(text: string): string {
  // Half of a surrogate pair has no UTF-8 form, so it has to be escaped.
  const hasHalves = !text.isWellFormed();
  let canonical = '';
  let end = 0;
  let backslash = text.indexOf('\\');
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', end)) {
    canonical += withoutSpace(text.slice(end, start));
    let quote = text.indexOf('"', start + 1);
    let isCanonical = !hasHalves;
    while (backslash >= 0 && backslash < quote) {
      isCanonical = false;
      if (quote === backslash + 1) quote = text.indexOf('"', quote + 1);
      backslash = text.indexOf('\\', backslash + 2);
    }
    end = quote + 1;
    const literal = text.slice(start, end);
    canonical += isCanonical ? literal : JSON.stringify(JSON.parse(literal));
  }
  return canonical + withoutSpace(text.slice(end));
}

function withoutSpace(between: string): string {
  return /\s/.test(between) ? between.replaceAll(/\s+/g, '') : between;
}
