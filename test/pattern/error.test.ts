import { compilePattern, InvalidEventPatternError } from '../../src/pattern/event-pattern';

const OPERATORS = 'prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, exists, cidr';
const TEXT_OPERATORS = 'prefix, suffix, equals-ignore-case, wildcard';
const ANYTHING_BUT =
  'Value of anything-but must be a string, a number between -5e9 and 5e9, a list of only strings or only such ' +
  `numbers, or an object with one of ${TEXT_OPERATORS}`;

/** A pattern, and what follows "Event pattern is not valid. Reason: " when it is compiled. */
const invalid: [pattern: unknown, reason: string][] = [
  [[1], 'Filter is not an object; the pattern is [1]'],
  [null, 'Filter is not an object; the pattern is null'],
  [undefined, 'Filter is not an object; the pattern is undefined'],
  ['"text"', 'Filter is not an object; the pattern is "text"'],
  [{}, 'Empty objects are not allowed; the pattern is {}'],
  [{ a: { b: {} } }, 'Empty objects are not allowed; a.b is {}'],
  [{ a: { b: [] } }, 'Empty arrays are not allowed; a.b is []'],
  [{ a: { slug: 'x' } }, '"slug" must be an object or an array; a.slug is "x"'],
  [{ a: null }, '"a" must be an object or an array; a is null'],
  [
    { a: [1, [2]] },
    'Match value must be String, number, true, false, null, or an object with one operator; a[1] is [2]',
  ],
  [{ a: [{}] }, `Only one key allowed in match expression, one of ${OPERATORS}; a[0] is {}`],
  [
    { a: [{ prefix: 'x', suffix: 'y' }] },
    `Only one key allowed in match expression, one of ${OPERATORS}; a[0] is {"prefix":"x","suffix":"y"}`,
  ],
  [
    { a: [{ EXISTS: true }] },
    `Unrecognized match type EXISTS, allowed are ${OPERATORS}; a[0] is {"EXISTS":true}`,
  ],
  [
    { a: [{ toString: 'x' }] },
    `Unrecognized match type toString, allowed are ${OPERATORS}; a[0] is {"toString":"x"}`,
  ],
  [
    { a: [{ prefix: ['x'] }] },
    'prefix match pattern must be a string or {"equals-ignore-case": string}; a[0].prefix is ["x"]',
  ],
  [
    { a: [{ suffix: 1 }] },
    'suffix match pattern must be a string or {"equals-ignore-case": string}; a[0].suffix is 1',
  ],
  [
    { a: [{ prefix: { wildcard: 'x' } }] },
    'Unrecognized prefix pattern wildcard, allowed are equals-ignore-case; a[0].prefix is {"wildcard":"x"}',
  ],
  [
    { a: [{ suffix: { 'equals-ignore-case': ['x'] } }] },
    'equals-ignore-case match pattern must be a string; a[0].suffix.equals-ignore-case is ["x"]',
  ],
  [
    { a: [{ 'equals-ignore-case': { prefix: 'x' } }] },
    'equals-ignore-case match pattern must be a string; a[0].equals-ignore-case is {"prefix":"x"}',
  ],
  [{ a: [{ wildcard: 1 }] }, 'wildcard match pattern must be a string; a[0].wildcard is 1'],
  [{ a: [{ wildcard: 'x**' }] }, 'Consecutive wildcard characters at pos 2; a[0].wildcard is "x**"'],
  [
    { a: [{ wildcard: 'xy\\n' }] },
    'Invalid escape character at pos 3, only \\* and \\\\ are allowed; a[0].wildcard is "xy\\\\n"',
  ],
  [
    { a: [{ wildcard: 'x\\' }] },
    'Invalid escape character at pos 2, only \\* and \\\\ are allowed; a[0].wildcard is "x\\\\"',
  ],
  [{ a: [{ 'anything-but': null }] }, `${ANYTHING_BUT}; a[0].anything-but is null`],
  [{ a: [{ 'anything-but': true }] }, `${ANYTHING_BUT}; a[0].anything-but is true`],
  [{ a: [{ 'anything-but': [] }] }, `${ANYTHING_BUT}; a[0].anything-but is []`],
  [{ a: [{ 'anything-but': ['x', 1] }] }, `${ANYTHING_BUT}; a[0].anything-but is ["x",1]`],
  [{ a: [{ 'anything-but': [{ prefix: 'x' }] }] }, `${ANYTHING_BUT}; a[0].anything-but is [{"prefix":"x"}]`],
  [{ a: [{ 'anything-but': 5_000_000_001 }] }, `${ANYTHING_BUT}; a[0].anything-but is 5000000001`],
  [
    { a: [{ 'anything-but': { numeric: ['=', 1] } }] },
    `Unrecognized anything-but pattern numeric, allowed are ${TEXT_OPERATORS}; ` +
      'a[0].anything-but is {"numeric":["=",1]}',
  ],
  [
    { a: [{ 'anything-but': { prefix: '' } }] },
    'anything-but prefix match pattern must be a non-empty string or a list of them; a[0].anything-but.prefix is ""',
  ],
  [
    { a: [{ 'anything-but': { suffix: ['x', 1] } }] },
    'anything-but suffix match pattern must be a non-empty string or a list of them; ' +
      'a[0].anything-but.suffix is ["x",1]',
  ],
  [
    { a: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'x' } } }] },
    'anything-but prefix match pattern must be a non-empty string or a list of them; ' +
      'a[0].anything-but.prefix is {"equals-ignore-case":"x"}',
  ],
  [
    { a: [{ 'anything-but': { 'equals-ignore-case': [] } }] },
    'anything-but equals-ignore-case match pattern must be a string or a list of them; ' +
      'a[0].anything-but.equals-ignore-case is []',
  ],
  [
    { a: [{ 'anything-but': { wildcard: ['x', '**'] } }] },
    'Consecutive wildcard characters at pos 1; a[0].anything-but.wildcard is "**"',
  ],
  [
    { a: [{ numeric: 5 }] },
    'Value of numeric must be an array like [">", 0] or [">", 0, "<=", 5]; a[0].numeric is 5',
  ],
  [
    { a: [{ numeric: [] }] },
    'Value of numeric must be an array like [">", 0] or [">", 0, "<=", 5]; a[0].numeric is []',
  ],
  [
    { a: [{ numeric: ['!=', 5] }] },
    'Unrecognized numeric range operator, allowed are =, <, <=, >, >=; a[0].numeric is ["!=",5]',
  ],
  [
    { a: [{ numeric: ['>', '5'] }] },
    'Value of > must be numeric, between -5e9 and 5e9; a[0].numeric is [">","5"]',
  ],
  [
    { a: [{ numeric: ['<', 5e9 + 1] }] },
    'Value of < must be numeric, between -5e9 and 5e9; a[0].numeric is ["<",5000000001]',
  ],
  [
    { a: [{ numeric: ['>', 0, '<'] }] },
    'Value of < must be numeric, between -5e9 and 5e9; a[0].numeric is [">",0,"<"]',
  ],
  [
    { a: [{ numeric: ['>', 0, '>', 5] }] },
    'Bad numeric range operator: >, an upper bound takes < or <=; a[0].numeric is [">",0,">",5]',
  ],
  [
    { a: [{ numeric: ['<', 5, '>', 0] }] },
    'Too many elements in numeric expression, only > or >= may be followed, by one upper bound; ' +
      'a[0].numeric is ["<",5,">",0]',
  ],
  [
    { a: [{ numeric: ['>', 0, '<', 5, '<'] }] },
    'Too many elements in numeric expression, only > or >= may be followed, by one upper bound; ' +
      'a[0].numeric is [">",0,"<",5,"<"]',
  ],
  [{ a: [{ numeric: ['>', 5, '<', 5] }] }, 'Bottom must be less than top; a[0].numeric is [">",5,"<",5]'],
  [{ a: [{ exists: 'true' }] }, 'exists match pattern must be either true or false; a[0].exists is "true"'],
  [{ a: [{ cidr: ['10.0.0.0/8'] }] }, 'cidr match pattern must be a string; a[0].cidr is ["10.0.0.0/8"]'],
  [{ a: [{ cidr: '10.0.0.0' }] }, 'Malformed CIDR, one \'/\' required; a[0].cidr is "10.0.0.0"'],
  [{ a: [{ cidr: '10.0.0.0/8/8' }] }, 'Malformed CIDR, one \'/\' required; a[0].cidr is "10.0.0.0/8/8"'],
  [
    { a: [{ cidr: '10.0.0.0/x' }] },
    'Malformed CIDR, mask bits must be an integer; a[0].cidr is "10.0.0.0/x"',
  ],
  [{ a: [{ cidr: 'xx.11.xx/8' }] }, 'Nonstandard IP address: xx.11.xx; a[0].cidr is "xx.11.xx/8"'],
  [{ a: [{ cidr: '10.0.0.0/32' }] }, 'IPv4 mask bits must be < 32; a[0].cidr is "10.0.0.0/32"'],
  [{ a: [{ cidr: '2001:db8::/128' }] }, 'IPv6 mask bits must be < 128; a[0].cidr is "2001:db8::/128"'],
  [{ $or: [{ a: [1] }, {}] }, 'Empty objects are not allowed; $or[1] is {}'],
  [{ d: { $or: [{ a: [1] }, { b: 2 }] } }, '"b" must be an object or an array; d.$or[1].b is 2'],
  [{ $or: [{ a: [1] }] }, `Unrecognized match type a, allowed are ${OPERATORS}; $or[0] is {"a":[1]}`],
  [{ $or: [] }, 'Empty arrays are not allowed; $or is []'],
];

test.each(invalid)(
  'the pattern %j is refused with the reason, the place and what stands there',
  (pattern, reason) => {
    const compile = () => compilePattern(pattern);
    expect(compile).toThrow(InvalidEventPatternError);
    expect(compile).toThrow(new Error(`Event pattern is not valid. Reason: ${reason}`));
  },
);

test('the error has the name that EventBridge gives it', () => {
  expect(new InvalidEventPatternError('reason', 'a', 1).name).toBe('InvalidEventPatternException');
});

test('text that is not JSON is refused with the parser’s reason, and its error as the cause', () => {
  const compile = () => compilePattern('{"a": nothing}');
  expect(compile).toThrow(
    /^Event pattern is not valid\. Reason: .*JSON.*; the pattern is "{\\"a\\": nothing}"$/,
  );
  expect(compile).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }));
});

test('a long value is quoted only in part', () => {
  const compile = () => compilePattern({ a: 'x'.repeat(5_000) });
  expect(compile).toThrow(/^.{150,250}$/);
});

test('$or is refused beyond a thousand combinations', () => {
  const either = (count: number) => Array.from({ length: count }, (_, i) => ({ [`f${i}`]: [1] }));
  const combined = (...counts: number[]) =>
    Object.fromEntries(counts.map((count, i) => [`level${i}`, { $or: either(count) }]));
  expect(compilePattern(combined(10, 10, 10))({})).toBe(false);
  expect(() => compilePattern(combined(10, 10, 11))).toThrow(
    '$or makes 1100 rule combinations, allowed are 1000; the pattern is {"level0"',
  );
});
