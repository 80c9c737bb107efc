import { posix } from 'node:path';

/** Everything that is in no folder of ours: packages, and what Node.js has. */
const PACKAGE = '(?!(src|functions|bench|test|examples|scripts)/)';
const PRODUCT = 'src/|functions/';
/** What tests and benchmarks share. */
const SHARED = 'test/(support|fakes)/';

/** What a file may import besides the files of its own folder; the first folder that a path is in counts. */
const ALLOWED: [folder: string, mayImport: RegExp][] = [
  ['src/core/', /^(node:crypto|@aws-lambda-powertools\/jmespath(\/functions)?|fastest-levenshtein)$/],
  ['src/pattern/', /^(src\/core\/json|node:net)$/],
  ['src/operator/', /^src\/core\//],
  [
    'src/aws/',
    /^(src\/core\/|src\/operator\/ports$|@aws-sdk\/|@smithy\/core\/(endpoints|protocols|retry)$|node:)/,
  ],
  // Published: no package, and of the core only what depends on nothing.
  ['src/consumer/', /^(src\/core\/event\/(instant|position|sortable)$|node:)/],
  ['functions/', /^(src\/(core|aws)\/|@aws-sdk\/|@aws-lambda-powertools\/|aws-lambda$|node:)/],
  ['src/local/', new RegExp(`^(src/(core|operator|pattern|aws|consumer)(/|$)|functions/|${PACKAGE})`)],
  // What judges the service shares nothing with it.
  ['src/cli/order-oracle.ts', /^(lossless-json|@aws-lambda-powertools\/jmespath)$/],
  ['src/cli/', new RegExp(`^(src/(core|operator|pattern|aws|consumer|local)(/|$)|functions/|${PACKAGE})`)],
  ['scripts/', new RegExp(`^(${PRODUCT}|${PACKAGE})`)],
  // A service of its own: what it has of us is the published package.
  ['examples/orders/', new RegExp(`^${PACKAGE}`)],
  ['examples/', new RegExp(`^(${PRODUCT}|${PACKAGE})`)],
  ['bench/', new RegExp(`^(${PRODUCT}|${SHARED}|${PACKAGE})`)],
  ['test/bench/', new RegExp(`^(${PRODUCT}|test/|bench/|scripts/|${PACKAGE})`)],
  ['test/docs/', new RegExp(`^(${PRODUCT}|test/|bench/|scripts/|${PACKAGE})`)],
  ['test/deployment/', new RegExp(`^(${PRODUCT}|test/|scripts/|${PACKAGE})`)],
  ['test/support/', new RegExp(`^(${PRODUCT}|${SHARED}|${PACKAGE})`)],
  ['test/fakes/', new RegExp(`^(${PRODUCT}|${SHARED}|${PACKAGE})`)],
  ['test/', new RegExp(`^(${PRODUCT}|test/|examples/|${PACKAGE})`)],
];

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\s]+)\1/g;
const CLOCK_READS =
  /\bDate\.now\b|\bnew Date\b(?!\s*\(\s*[^)\s])|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\b|\bconsole\b|\bperformance\b|\brandom(?:UUID|Bytes|Int)\b/g;

/** Imports of a file that point where its folder may not point. */
export function violationsOf(path: string, source: string): string[] {
  // A test is one, wherever it stands.
  const placed = path.endsWith('.test.ts') ? path.replace(/^test\/(support|fakes)\//, 'test/') : path;
  const found = ALLOWED.find(([folder]) => placed.startsWith(folder));
  if (!found) return [`${path} is in no folder that the layers know`];
  const [folder, mayImport] = found;
  const isOwn = (target: string) => `${target}/`.startsWith(folder) && folder !== 'test/';
  return importsOf(path, source)
    .filter((target) => !isOwn(target) && !mayImport.test(target))
    .map((target) => `${path} imports ${target}`);
}

/** Files that import each other in a circle, by types too: `a.ts → b.ts → a.ts`. */
export function circlesIn(sources: readonly (readonly [path: string, text: string])[]): string[] {
  const texts = new Map(sources);
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const target of importsOf(path, texts.get(path) ?? '')) {
      const file = [`${target}.ts`, `${target}/index.ts`].find((each) => texts.has(each));
      if (file) visit(file, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of texts.keys()) visit(path, []);
  return circles;
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
