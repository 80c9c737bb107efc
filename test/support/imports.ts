import { posix } from 'node:path';

/** What a folder's files may import besides each other. */
const ALLOWED: Record<string, RegExp> = {
  'src/core': /^(node:crypto|@aws-lambda-powertools\/jmespath)$/,
  'src/pattern': /^(src\/core\/json|node:net)$/,
  'src/aws': /^(src\/core\/|@aws-sdk\/|node:)/,
  // Published: no package, and of the core only what depends on nothing.
  'src/consumer': /^(src\/core\/event\/(instant|position|sortable)$|node:)/,
  functions: /^(src\/(core|aws)\/|@aws-sdk\/|@aws-lambda-powertools\/|aws-lambda$|node:)/,
  'src/local': /^(src\/(core|pattern|aws|consumer)(\/|$)|functions\/|(?!src\/))/,
  'src/cli': /^(src\/(core|pattern|aws|consumer|local)(\/|$)|functions\/|(?!src\/))/,
};

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\s]+)\1/g;
const CLOCK_READS =
  /\bDate\.now\b|\bnew Date\b(?!\s*\(\s*[^)\s])|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\b|\bconsole\b|\bperformance\b|\brandom(?:UUID|Bytes|Int)\b/g;

/** Imports of a file that point where its folder may not point. */
export function violationsOf(path: string, source: string): string[] {
  const folder = Object.keys(ALLOWED).find((name) => path.startsWith(`${name}/`));
  if (!folder) return [`${path} is in no folder that the layers know`];
  return importsOf(path, source)
    .filter((target) => !target.startsWith(`${folder}/`) && !(ALLOWED[folder] as RegExp).test(target))
    .map((target) => `${path} imports ${target}`);
}

/** What would make the core depend on when and where it runs. */
export function clockReads(source: string): string[] {
  return withoutComments(source).match(CLOCK_READS) ?? [];
}

/** Relative imports as paths from the root, others as they are. */
function importsOf(path: string, source: string): string[] {
  return [...withoutComments(source).matchAll(IMPORT)].map(([, , target = '']) =>
    target.startsWith('.') ? posix.join(posix.dirname(path), target) : target,
  );
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
