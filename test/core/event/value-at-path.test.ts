import { search } from '@aws-lambda-powertools/jmespath';
import fc from 'fast-check';
import { type NumberReading, valueAt } from '../../../src/core/event/value-at-path';

const NAMES = ['a', 'b', 'detail', '_x', 'constructor', 'length', '__proto__', 'k9'];
const pathOfNames = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map((names) => ['detail', ...names].join('.'));
// Few values in each: drawing large events took nearly all of the time, and tested no more paths.
const leaf = fc.jsonValue({ maxDepth: 1 });
const record = (value: fc.Arbitrary<unknown>) =>
  fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6 });
const list = fc.array(record(leaf), { maxLength: 2 });
const event = record(fc.oneof(leaf, record(fc.oneof(leaf, record(leaf), list))));

const READINGS = ['exact', 'double'] as const;

const find = (path: string, envelope: unknown, reading: NumberReading = 'exact') =>
  valueAt(path, { json: JSON.stringify(envelope), envelope }, reading);

test('R5: given a path of plain names, then its value is the one that JMESPath gives', () => {
  fc.assert(
    fc.property(event, pathOfNames, (value, path) => {
      // As events come: whatever JSON can carry.
      const parsed = JSON.parse(JSON.stringify({ detail: value }));
      const expected: unknown = search(path, parsed);
      for (const reading of READINGS) {
        expect(find(path, parsed, reading)).toMatchObject({
          value: typeof expected === 'function' ? undefined : expected,
        });
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['detail.items[0].sku', 'b-7'],
  ['detail."order-id"', 'o-1'],
  ['detail.items | [0].sku', 'b-7'],
])('given the path %s, which is more than names, then JMESPath evaluates it', (path, value) => {
  expect(find(path, { detail: { 'order-id': 'o-1', items: [{ sku: 'b-7' }] } })).toMatchObject({ value });
});

test('given a function of the path that refuses the value, then the answer says so', () => {
  for (const reading of READINGS) {
    expect(find('abs(detail.key)', { detail: { key: 'x' } }, reading)).toBe('refused');
  }
});
