export interface CodeBlock {
  /** The heading above it. */
  heading: string;
  code: string;
}

/** The fenced blocks of one language, from the top of a document to its end. */
export function codeBlocksOf(markdown: string, language: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  for (const [, title, fenced, code] of markdown.matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title) heading = title;
    else if (fenced === language) blocks.push({ heading, code: code as string });
  }
  return blocks;
}
