import { canonicalJson } from '../../../src/core/event/canonical-json';
import { createRandom, type Random } from '../../../src/local/random';

jest.setTimeout(120_000);

const canonical = (text: string) => canonicalJson(text, JSON.parse(text));

const NUMBERS = ['0', '-0', '7', '1.10', '1e400', '-1E-7', '12345678901234567890', '9007199254740993', '0.1'];
const PIECES = [
  'a',
  ' ',
  'é',
  '😀',
  '\\"',
  '\\\\',
  '\\/',
  '\\n',
  '\\u0041',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\ud800',
  '\\u2028',
  ',',
  ':',
  '{',
  ']',
  '1.10',
];
const SPACES = ['', '', '', ' ', '\n  ', '\t\r\n'];

/** Any valid JSON text, in any way of writing it. @param names Of members, each once in an object; else any. */
function anyJson(random: Random, names: string[] | undefined, depth = 3): string {
  const pick = <T>(from: readonly T[]) => from[random.integer(0, from.length - 1)] as T;
  const many = <T>(most: number, of: (n: number) => T) =>
    Array.from({ length: random.integer(0, most) }, (_, n) => of(n));
  const string = () => `"${many(6, () => pick(PIECES)).join('')}"`;
  const padded = (text: string) => pick(SPACES) + text + pick(SPACES);
  const value = (left: number): string => {
    const kind = random.integer(0, left > 0 ? 6 : 3);
    if (kind <= 1) return padded(pick(NUMBERS));
    if (kind === 2) return padded(string());
    if (kind === 3) return padded(pick(['true', 'false', 'null']));
    if (kind === 4)
      return padded(`[${many(4, () => value(left - 1)).join()}]${''}`).replace('[]', `[${pick(SPACES)}]`);
    const member = (n: number) => `${padded(names ? `"${names[n]}"` : string())}:${value(left - 1)}`;
    return padded(`{${many(4, member).join()}}`);
  };
  return value(depth);
}

const NAMES = ['detail', 'a b', '\\u0061', '\\ud800'];

/** As the grammar of JSON has it: tokens, each string written anew. */
function byTokens(text: string): string {
  let written = '';
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string;
    if (character === '"') {
      let end = at + 1;
      while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
      written += JSON.stringify(JSON.parse(text.slice(at, end + 1)));
      at = end + 1;
    } else {
      if (!' \t\r\n'.includes(character)) written += character;
      at++;
    }
  }
  return written;
}

test('given any JSON, with keys that are there twice, then its tokens stay and only spaces and escapes are written anew', () => {
  const random = createRandom(7);
  for (let n = 0; n < 50_000; n++) {
    const text = anyJson(random, n % 2 === 0 ? NAMES : undefined);
    const found = canonical(text);
    if (found !== byTokens(text)) throw new Error(`${text} became ${found}`);
    if (canonical(found) !== found) throw new Error(`${found} did not stay`);
  }
});

type Source = { source: string };
const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };
const parse = JSON.parse as (
  text: string,
  revive: (key: string, value: unknown, context: Source) => unknown,
) => unknown;
const RUNTIME = `Node.js ${process.versions.node}`;
const MISSING = `NOT CHECKED: ${RUNTIME} gives no reviver the source of a number. Run this file with Node.js 22 or newer.`;

(rawJSON ? test : test.skip)(
  'given 200,000 texts, then the result is that of a reviver with access to the source',
  () => {
    const random = createRandom(11);
    for (let n = 0; n < 200_000; n++) {
      const text = anyJson(random, NAMES);
      const revived = parse(text, (_key, value, { source }) =>
        typeof value === 'number' ? rawJSON?.(source) : value,
      );
      const found = canonical(text);
      if (found !== JSON.stringify(revived)) throw new Error(`${text} became ${found}`);
    }
  },
);

test('given a runtime that lacks that access, then it is said aloud that the result was not compared', () => {
  if (!rawJSON) process.stderr.write(`\n${MISSING}\n`);
  expect(rawJSON === undefined).toBe(process.version.startsWith('v20.'));
});

test.each([['12345678901234567890'], ['1.10'], ['1e400'], ['-0'], ['1763942400000000101']])(
  'given the number %s, then its text stays',
  (number) => {
    const text = `{"detail":{"a":${number},"b":[${number},${number}]}}`;
    expect(canonical(text)).toBe(text);
    expect(canonical(JSON.stringify({ n: '#' }, null, 2).replace('"#"', number))).toBe(`{"n":${number}}`);
  },
);

test('given the same event as two writers have it, then it has one text', () => {
  const one = '{"name":"Zürich \\"😀\\"/","ids":[1.0,12345678901234567890],"name":null,"2":1,"1":2}';
  const other =
    '{ "n\\u0061me" : "Z\\u00FCrich \\u0022\\uD83D\\ude00\\"\\/",\n"ids":[ 1.0,\t12345678901234567890 ],"name":null,"2":1,"1":2 }\r\n';
  expect(canonical(other)).toBe(one);
  expect(canonical(one)).toBe(one);
});
