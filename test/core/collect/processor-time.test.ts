import fc from 'fast-check';
import { deflatedText } from '../../../src/aws/deflated';
import { createCollector } from '../../../src/core/collect/collect';
import { instantText, parseInstant } from '../../../src/core/event/instant';
import { sortableNumber, sortableText } from '../../../src/core/event/sortable';
import { encodeTiebreaker } from '../../../src/core/event/tiebreaker';
import { MAX_EVENT_BYTES } from '../../../src/core/limits';
import { createRandom } from '../../../src/local/random';
import { createWorld } from '../../fakes/world';
import { envelope } from '../../support/events';

jest.setTimeout(120_000);

const MOST_MS = 50;
const TIEBREAKER = 'detail.sequence';

/** Processor time, which other processes do not change, in milliseconds. */
async function processorMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The least of some: whatever is in the way of one of them, is not in the way of all. */
async function leastMs(times: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < times; n++) least = Math.min(least, await processorMs(work));
  return least;
}

/** Collects one event: the core, and the encoding of the adapter. What it says of the event does not matter here. */
async function collectOnce(event: unknown): Promise<unknown> {
  const world = createWorld({ settings: { tiebreaker: TIEBREAKER } });
  const buffer = {
    ...world.buffer,
    async put(_key: unknown, { json }: { json: string }) {
      deflatedText.encode(json);
      return 'stored' as const;
    },
  };
  const collect = createCollector({ ...world.collectDeps(), buffer });
  return collect(event).catch((error: Error) => error);
}

const UNITS = [
  '0',
  '1',
  '9',
  '01',
  '.',
  '1.',
  '-',
  '+',
  ' ',
  '\\',
  '"',
  '\u0001',
  'é',
  '😀',
  '\ud800',
  '#',
  '~',
  'Z',
  'e1',
];
const PREFIXES = [
  '',
  '1.',
  '-1.',
  '0.',
  '1e',
  '2026-11-20T00:00:00.',
  '2026-11-20T00:00:00Z',
  '2026-11-20 ',
  'x',
];
const SUFFIXES = ['', '1', 'x', 'Z', '+01:00', '.', 'e', ' ', '\n'];

/** A long text of one thing repeated: what a pattern that backtracks is worst at. */
function nasty([prefix, unit, suffix]: readonly string[]): string {
  const unitBytes = Buffer.byteLength(JSON.stringify(unit)) - 2;
  return prefix + (unit as string).repeat(Math.floor((MAX_EVENT_BYTES - 400) / unitBytes)) + suffix;
}

const PLACES = {
  tiebreaker: (text: string) => ({ id: 'e', detail: { sequence: text } }),
  id: (text: string) => ({ id: text }),
  time: (text: string) => ({ id: 'e', time: text }),
  replay: (text: string) => ({ id: 'e', 'replay-name': text }),
  source: (text: string) => ({ id: 'e', source: text }),
  'name of a field': (text: string) => ({ id: 'e', detail: { [text]: 1 } }),
  'other field': (text: string) => ({ id: 'e', detail: { sequence: 1, other: text } }),
};
type Place = keyof typeof PLACES;

test('given events of legal size, filled with whatever is hard to read, then none costs more than 50 ms of one core', async () => {
  const jsonWith = (place: Place, text: string) => JSON.stringify(envelope(PLACES[place](text)));
  // What is compiled while it runs first is no cost of an event.
  for (const place of Object.keys(PLACES) as Place[]) await collectOnce(jsonWith(place, '0'.repeat(1_000)));
  const parts = fc.tuple(
    fc.constantFrom(...PREFIXES),
    fc.constantFrom(...UNITS),
    fc.constantFrom(...SUFFIXES),
  );
  const places = fc.constantFrom(...(Object.keys(PLACES) as Place[]));
  await fc.assert(
    fc.asyncProperty(parts, places, async (text, place) => {
      const json = jsonWith(place, nasty(text));
      expect(await leastMs(3, () => collectOnce(json))).toBeLessThan(MOST_MS);
    }),
    { numRuns: 100, examples: [[['1.', '0', '1'], 'tiebreaker']] },
  );
});

const repeatedly = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join(',');
const AB = 'aabbabaabbbab';
const random = createRandom(1);
const nearlyMatching = Array.from({ length: 390_000 }, () => (random.chance(0.5) ? 'a' : 'b')).join('');

test.each([
  ['many fields', `{${repeatedly(20_000, (n) => `"field${n}":${n}`)}}`],
  ['many numbered fields', `{${repeatedly(20_000, (n) => `"${n * 7_919}":${n}`)}}`],
  ['a deep array', `{"a":${'['.repeat(150_000)}${']'.repeat(150_000)}}`],
  ['deep objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  [
    'many numbers',
    `{"a":[${repeatedly(40_000, (n) => String(n / 7))}]}`.slice(0, 380_000).replace(/,[^,]*$/, ']}'),
  ],
  ['a number of many digits', `{"sequence":${'7'.repeat(380_000)}}`],
  [
    'many long integers',
    `{"sequence":1763942400000000101,"a":[${repeatedly(19_000, (n) => String(1_763_942_400_000_000_000n + BigInt(n * 7)))}]}`,
  ],
  ['a text of escapes that are written anew', `{"text":"${'\\u0041'.repeat(60_000)}","price":1.10}`],
  ['a text of backslashes', `{"text":"${'\\\\'.repeat(190_000)}","price":1.10}`],
  ['many texts with an escape', `{"a":[${repeatedly(40_000, () => '"\\/a"')}]}`],
  ['white space', `{"a":[${repeatedly(60_000, () => ' \n\t 7')}]}`],
  ['a text that hardly deflates', JSON.stringify({ text: nearlyMatching })],
  ['a text of a pattern', JSON.stringify({ text: AB.repeat(29_000) })],
])('given an event with %s, then it costs no more than 50 ms of one core', async (_what, detail) => {
  const json = JSON.stringify(envelope({ id: 'e' })).replace(/"detail":\{.*?\}/, () => `"detail":${detail}`);
  expect(JSON.parse(json)).toHaveProperty('detail');
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  expect(await leastMs(5, () => collectOnce(json))).toBeLessThan(MOST_MS);
});

test.each<[string, (length: number) => string, (text: string) => unknown]>([
  ['a number with zeros in it', (length) => `1.${'0'.repeat(length)}1`, sortableNumber],
  ['a number with zeros before it', (length) => `${'0'.repeat(length)}1`, sortableNumber],
  ['a negative number', (length) => `-${'9'.repeat(length)}`, sortableNumber],
  ['digits that are no number', (length) => `${'1'.repeat(length)}x`, sortableNumber],
  ['a text to be escaped', (length) => '#é'.repeat(length), sortableText],
  ['a fraction of a second', (length) => `2026-11-20T00:00:00.${'1'.repeat(length)}Z`, parseInstant],
  ['a fraction of no time', (length) => `2026-11-20T00:00:00.${'1'.repeat(length)}x`, instantText],
  ['a tiebreaker of spaces', (length) => `2026-11-20${' '.repeat(length)}`, encodeTiebreaker],
])('given %s twice as long, then it takes about twice as long to read', async (_what, textOf, read) => {
  const [short, long] = [textOf(20_000), textOf(40_000)];
  await leastMs(5, () => read(long));
  const shortMs = await leastMs(5, () => read(short));
  expect(await leastMs(5, () => read(long))).toBeLessThan(3 * shortMs + 2);
});
