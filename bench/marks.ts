/** A text with what stands between two marks replaced; each mark stands in it once. */
export function between(text: string, begin: string, end: string, inside: string): string {
  const [before, rest] = halves(text, begin);
  const [, after] = halves(rest, end);
  return `${before}${begin}${inside}${end}${after}`;
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0 || text.indexOf(mark, at + 1) >= 0) throw new Error(`The document must have ${mark} once.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** Lines between the marks of a block that `npm run bench` writes. */
export function block(text: string, name: string, lines: string[]): string {
  return between(text, `<!-- ${name}: npm run bench -->`, `<!-- /${name} -->`, `\n\n${lines.join('\n')}\n\n`);
}
