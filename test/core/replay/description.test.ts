import fc from 'fast-check';
import { textOf } from '../../../src/core/errors';
import { readDescription } from '../../../src/core/replay/description';
import { compileOptions, DEFAULT_OPTIONS, OPTION_NAMES } from '../../../src/core/replay/options';
import { errorOf } from '../../support/errors';

const REMEDY = 'Correct it and start the replay again under a new name; nothing was delivered.';
const SPEEDS = 'a number above 0 (1 is as recorded, 10 ten times faster), or max';
const IDLES = 'a number with a unit (250ms, 5s, 2m, 1h, 1d), or none';
const PATHS = 'a JMESPath such as detail.orderId, or none';

const read = (description: string) => readDescription(description, DEFAULT_OPTIONS).options;

test.each([
  ['', {}],
  ['Replay of last Tuesday, for the auditors', {}],
  ['speed=10', { speed: '10' }],
  ['Speed=10x', { speed: '10x' }],
  ['again with SPEED=max, please!', { speed: 'max' }],
  ['(speed=0.5)', { speed: '0.5' }],
  ['--speed=2 --idle=5s', { speed: '2', idle: '5s' }],
  ['speed=2;\n\tidle=250ms.', { speed: '2', idle: '250ms' }],
  ['orderingkey=detail.orderId ONMISSING=continue', { orderingKey: 'detail.orderId', onMissing: 'continue' }],
  ['orderingKey=[detail.shop,detail.order]', { orderingKey: '[detail.shop,detail.order]' }],
  ["orderingKey=detail.items[?kind=='a'].id", { orderingKey: "detail.items[?kind=='a'].id" }],
  ['orderingKey=to_string(detail.id).', { orderingKey: 'to_string(detail.id)' }],
  ['orderingKey=', { orderingKey: '' }],
  ['a=b c=d ==', {}],
  ['topspeed=fast my.idle=never', {}],
  ['idle: since lunch', {}],
  ['tiebreaker: see the wiki. Speed:', {}],
  ['https://example.com/?speed=2&idle=5s', {}],
  ['speed = 10', { speed: '10' }],
  ['speed: 10', { speed: '10' }],
  ['speed:10;idle : 5s', { speed: '10', idle: '5s' }],
  ['speed =\t10, idle == 5s', { speed: '10', idle: '5s' }],
  ['speed := max', { speed: 'max' }],
  ['speed=10,idle=5s', { speed: '10', idle: '5s' }],
  ['"speed=10" and "orderingKey=detail.orderId"', { speed: '10', orderingKey: 'detail.orderId' }],
  ['**speed=10**', { speed: '10' }],
  ['speed=10: as fast as the shop can; orderingKey=source: its own', { speed: '10', orderingKey: 'source' }],
  ['ordering-key=source on_missing=continue', { orderingKey: 'source', onMissing: 'continue' }],
  ['Ordering_Key = source', { orderingKey: 'source' }],
  [`speed="10" idle='5s' on-missing=“continue”`, { speed: '10', idle: '5s', onMissing: 'continue' }],
  [`orderingKey="detail.orderId" speed=2`, { orderingKey: 'detail.orderId', speed: '2' }],
  [`orderingKey='detail.orderId'.`, { orderingKey: 'detail.orderId' }],
  ['orderingKey=“detail.orderId”', { orderingKey: 'detail.orderId' }],
  ['orderingKey="detail-type"', { orderingKey: '"detail-type"' }],
  ["orderingKey='detail-type'", { orderingKey: '"detail-type"' }],
  ['orderingKey="order id" speed=2', { orderingKey: '"order id"', speed: '2' }],
  ['orderingKey=detail."order id" speed=2', { orderingKey: 'detail."order id"', speed: '2' }],
  [`orderingKey='detail."order id"'`, { orderingKey: 'detail."order id"' }],
  [`orderingKey="detail.items[?kind == 'a'].id"`, { orderingKey: "detail.items[?kind == 'a'].id" }],
  [
    `orderingKey=detail.items[?kind == 'a b'].id idle=5s`,
    { orderingKey: "detail.items[?kind == 'a b'].id", idle: '5s' },
  ],
  ['orderingKey=[detail.shop, detail.order], please', { orderingKey: '[detail.shop, detail.order]' }],
  ['orderingKey=detail.a || detail.b speed=2', { orderingKey: 'detail.a || detail.b', speed: '2' }],
  ['(orderingKey=to_string(detail.id))', { orderingKey: 'to_string(detail.id)' }],
  ["speed=10 for the shop's orders; it's Ann's", { speed: '10' }],
])(
  'given the description %j, when it is read, then the options are the defaults with %j',
  (text, changes) => {
    expect(read(text)).toEqual({ ...DEFAULT_OPTIONS, ...changes });
  },
);

test.each([
  ['speed=fast', 'speed=fast', SPEEDS],
  ['speed=0', 'speed=0', SPEEDS],
  ['speed=-1', 'speed=-1', SPEEDS],
  ['speed=1e3', 'speed=1e3', SPEEDS],
  ['speed=', 'speed=', SPEEDS],
  ['idle=5', 'idle=5', IDLES],
  ['idle=5S', 'idle=5S', IDLES],
  ['idle=-5s', 'idle=-5s', IDLES],
  ['onMissing=skip', 'onMissing=skip', 'wait or continue'],
  ['orderingKey=[detail', 'orderingKey=[detail', PATHS],
  ['orderingKey=nope(detail)', 'orderingKey=nope(detail)', PATHS],
  ['orderingKey="detail', 'orderingKey="detail', PATHS],
  ['orderingKey = "[detail"', 'orderingKey=[detail', PATHS],
  ["orderingKey='detail.order-id'", 'orderingKey=detail.order-id', PATHS],
  ['speed = fast', 'speed=fast', SPEEDS],
  ['speed= idle=5s', 'speed=', SPEEDS],
  ['speed=1,5', 'speed=1,5', SPEEDS],
  ['speed: 2, speed=3', 'speed=3', 'one value, but the description gives it twice'],
  [
    'ordering-key=source orderingKey=source',
    'orderingKey=source',
    'one value, but the description gives it twice',
  ],
  ['tie-breaker = detail.n', 'tiebreaker=detail.n', 'nothing here: it is a parameter of the stack'],
  ['speed=1 Speed=2', 'speed=2', 'one value, but the description gives it twice'],
  ['speed=1 speed=1', 'speed=1', 'one value, but the description gives it twice'],
  ['tiebreakertype=version', 'tiebreakerType=version', 'nothing here: it is a parameter of the stack'],
  ['Tiebreaker=detail.n', 'tiebreaker=detail.n', 'nothing here: it is a parameter of the stack'],
])(
  'given the description %j, then the error says that %s is not valid; allowed is %s',
  (text, option, allowed) => {
    const error = errorOf(() => read(text));
    expect(error.code).toBe('InvalidOption');
    expect(error.disposition).toBe('fail');
    expect(textOf(error)).toBe(`Option ${option} is not valid; allowed is ${allowed}. ${REMEDY}`);
  },
);

test('given any valid options in any order, case, spacing and prose, then they are read as they were typed', () => {
  const words = fc.record(
    {
      speed: fc.oneof(
        fc.constant('max'),
        fc.integer({ min: 1, max: 999 }).map((n) => `${n}x`),
        fc.constant('0.25'),
      ),
      idle: fc.oneof(
        fc.constant('none'),
        fc
          .tuple(fc.nat({ max: 99 }), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
          .map((parts) => parts.join('')),
      ),
      orderingKey: fc.constantFrom('none', 'detail.orderId', 'source', '"detail-type"', 'detail.a.b[0]'),
      onMissing: fc.constantFrom('wait', 'continue'),
    },
    { requiredKeys: [] },
  );
  const prose = fc.constantFrom(
    '',
    'again,',
    'for Ann (QA)',
    'x=y',
    'étude',
    '2026-11-20',
    '=',
    'speed',
    'idle:',
  );
  const gap = fc.constantFrom(' ', '\n', '\t ', '  ');
  const dot = fc.constantFrom('', '.', ',', ';', '!');
  const spelling = fc.constantFrom<(key: string) => string>(
    (key) => key,
    (key) => key.toLowerCase(),
    (key) => key.toUpperCase(),
    (key) => `-${key}`,
    (key) => `--${dashed(key, '-')}`,
    (key) => dashed(key, '_').toUpperCase(),
  );
  const separator = fc.constantFrom('=', ' = ', '= ', ' =', ': ', ':', ' : ', ':= ');
  const quotes = fc.constantFrom(['', ''], ["'", "'"], ['“', '”'], ['‘', '’']);
  fc.assert(
    fc.property(
      fc.record({ chosen: words, text: prose, space: gap, end: dot, spell: spelling }),
      separator,
      quotes,
      fc.boolean(),
      ({ chosen, text, space, end, spell }, is, [open = '', close = ''], reversed) => {
        const typed = Object.entries(chosen).map(
          ([key, value]) => `${spell(key)}${is}${open}${value}${close}${end}`,
        );
        const description = [text, ...(reversed ? typed.reverse() : typed), text].join(space);
        expect(readDescription(description, DEFAULT_OPTIONS)).toEqual({
          options: { ...DEFAULT_OPTIONS, ...chosen },
          warnings: [],
        });
      },
    ),
    { numRuns: 1_000 },
  );
});

function dashed(key: string, dash: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `${dash}${letter.toLowerCase()}`);
}

test('given the name of an option with one slip of the finger, then nothing is set, and a warning has the right name', () => {
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz');
  const slip = fc.record({ name: fc.constantFrom(...OPTION_NAMES, 'tiebreaker'), at: fc.nat(), letter });
  const kind = fc.constantFrom('missing', 'toMuch', 'another', 'swapped');
  fc.assert(
    fc.property(slip, kind, fc.constantFrom('=', ' = '), ({ name, at, letter: other }, how, is) => {
      const n = at % (name.length - 1);
      const [before, here, next, after] = [name.slice(0, n), name[n], name[n + 1], name.slice(n + 2)];
      const typed = {
        missing: `${before}${next}${after}`,
        toMuch: `${before}${here}${other}${next}${after}`,
        another: `${before}${other}${next}${after}`,
        swapped: `${before}${next}${here}${after}`,
      }[how] as string;
      fc.pre(typed.toLowerCase() !== name.toLowerCase());
      const { options, warnings } = readDescription(`again ${typed}${is}5`, DEFAULT_OPTIONS);
      expect(options).toEqual(DEFAULT_OPTIONS);
      expect(warnings).toEqual([{ code: 'UnknownOption', message: expect.stringContaining(name) }]);
      expect(warnings[0]?.message).toContain(`"${typed}${is}5"`);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [
    'spede=10',
    '"spede=10" was read as prose: if it was meant as an option, its name is speed. In this replay speed is 1; for another, set command.speed in its row.',
  ],
  [
    'speed=2 idel = 5s',
    '"idel = 5s" was read as prose: if it was meant as an option, its name is idle. In this replay idle is none; for another, set command.idle in its row.',
  ],
  [
    'idle: since lunch',
    `"idle: since" was read as prose: allowed for idle is ${IDLES}. In this replay idle is none; for another, set command.idle in its row.`,
  ],
  [
    'orderingKeys=detail.n',
    '"orderingKeys=detail.n" was read as prose: if it was meant as an option, its name is orderingKey. In this replay orderingKey is none; for another, start it again under a new name.',
  ],
  [
    'tiebraker=detail.n',
    '"tiebraker=detail.n" was read as prose. If tiebreaker was meant: it is a parameter of the stack.',
  ],
  [
    'Tiebreaker: detail.n',
    '"Tiebreaker: detail.n" was read as prose. If tiebreaker was meant: it is a parameter of the stack.',
  ],
])('given the description %j, then the warning is: %s', (text, message) => {
  expect(readDescription(text, DEFAULT_OPTIONS).warnings).toEqual([{ code: 'UnknownOption', message }]);
});

test('given nothing but slips, then a few of them are told', () => {
  expect(readDescription('spede=1 '.repeat(60), DEFAULT_OPTIONS).warnings).toHaveLength(5);
});

test.each([
  'Replay of last Tuesday: for the auditors, file=a.txt title=Orders id=5 side: left',
  'key=value at 10:30; note: idle, spend: see https://example.com/?sped=2',
  'reason=the shop lost events',
])('given the description %j, then nothing in it looks like an option', (text) => {
  expect(readDescription(text, DEFAULT_OPTIONS)).toEqual({ options: DEFAULT_OPTIONS, warnings: [] });
});

test('given any prose, then reading it answers or says which option is wrong, and nothing else', () => {
  const text = fc.string({ unit: fc.constantFrom(...'speedidleonmissing=(). \n\u0000é😀1x'.split('')) });
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (description) => {
      try {
        compileOptions(read(description), REMEDY);
      } catch (error) {
        expect(error).toMatchObject({ code: 'InvalidOption' });
      }
    }),
    { numRuns: 500 },
  );
});

test('given the stack has other defaults, then a description overrides only what it names', () => {
  const others = { speed: '10', idle: '5s', orderingKey: 'source', onMissing: 'continue' };
  const defaults = { ...DEFAULT_OPTIONS, ...others };
  expect(readDescription('idle=none', defaults).options).toEqual({ ...defaults, idle: 'none' });
  expect(defaults.idle).toBe('5s');
});

test('given an ordering key whose function wants a value that {} lacks, then it is a JMESPath all the same', () => {
  expect(read('orderingKey=length(detail.items)').orderingKey).toBe('length(detail.items)');
});
