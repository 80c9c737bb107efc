import fc from 'fast-check';
import { textOf } from '../../../src/core/errors';
import { readDescription } from '../../../src/core/replay/description';
import { compileOptions, DEFAULT_OPTIONS } from '../../../src/core/replay/options';
import { errorOf } from '../../support/errors';

const REMEDY = 'Correct it and start the replay again under a new name; nothing was delivered.';
const SPEEDS = 'a number above 0 (1 is as recorded, 10 ten times faster), or max';
const IDLES = 'a number with a unit (250ms, 5s, 2m, 1h, 1d), or none';
const PATHS = 'a JMESPath such as detail.orderId, or none';

const read = (description: string) => readDescription(description, DEFAULT_OPTIONS);

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
  ['speed = 10', {}],
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
  ['(orderingKey=to_string(detail.id))', 'orderingKey=to_string(detail.id))', PATHS],
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
  );
  fc.assert(
    fc.property(
      words,
      prose,
      gap,
      dot,
      spelling,
      fc.boolean(),
      (chosen, text, space, end, spell, reversed) => {
        const typed = Object.entries(chosen).map(([key, value]) => `${spell(key)}=${value}${end}`);
        const description = [text, ...(reversed ? typed.reverse() : typed), text].join(space);
        expect(read(description)).toEqual({ ...DEFAULT_OPTIONS, ...chosen });
      },
    ),
  );
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
  expect(readDescription('idle=none', defaults)).toEqual({ ...defaults, idle: 'none' });
  expect(defaults.idle).toBe('5s');
});

test('given an ordering key whose function wants a value that {} lacks, then it is a JMESPath all the same', () => {
  expect(read('orderingKey=length(detail.items)').orderingKey).toBe('length(detail.items)');
});
