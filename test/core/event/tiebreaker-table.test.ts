import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEvent } from '../../../src/core/event/envelope';
import { tiebreakerOf } from '../../../src/core/event/tiebreaker';
import type { TiebreakerType } from '../../../src/core/event/tiebreaker-types';
import { textOrder } from '../../support/decimal';
import { envelope } from '../../support/events';

const LETTERS: Record<string, string> = { none: '', number: 'n', text: 's', time: 't', version: 'v' };

const document = readFileSync(path.join(__dirname, '../../../docs/how-it-works.md'), 'utf8');

/** The cells of the rows below a head. */
function rowsBelow(head: string): string[][] {
  const [, table = ''] = document.split(`${head}\n`);
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(1);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The JSON values of a cell, in their order; those that are joined by `=` together. */
const valuesIn = (cell: string): string[][] =>
  cell
    .split(/,(?= `)/)
    .map((equal) => [...equal.matchAll(/`([^`]*)`|no value/g)].map(([, json]) => json ?? ''));

function encode(json: string, tiebreakerType: TiebreakerType): string {
  const detail = json === '' ? '{}' : `{"v":${json}}`;
  const event = parseEvent(JSON.stringify(envelope({ detail: '#' })).replace('"#"', detail));
  return tiebreakerOf(event, { tiebreaker: 'detail.v', tiebreakerType });
}

function expectInOrder(groups: string[][], type: TiebreakerType): void {
  const encoded = groups.map((group) => [...new Set(group.map((json) => encode(json, type)))]);
  for (const [n, each] of encoded.entries())
    expect({ of: groups[n], places: each.length }).toEqual({ of: groups[n], places: 1 });
  const places = encoded.map(([place]) => `${place}#`);
  expect([...places].sort(textOrder)).toEqual(places);
  expect(new Set(places).size).toBe(places.length);
}

const AUTO = rowsBelow('| value | kind | where it sorts |');
const TYPES = rowsBelow('| `tiebreakerType` | values, in their order | `InvalidTiebreaker` |');

test('given the table of values, then each is of the kind that it says, and they sort in the order of the rows', () => {
  const sorted = AUTO.slice(0, -1);
  expect(sorted.length).toBeGreaterThan(10);
  for (const [values = '', kind = ''] of sorted) {
    for (const json of valuesIn(values).flat())
      expect([json, encode(json, 'auto').charAt(0)]).toEqual([json, LETTERS[kind]]);
  }
  const [[none = ''] = [], ...rest] = sorted;
  expectInOrder([valuesIn(none).flat(), ...rest.flatMap(([values = '']) => valuesIn(values))], 'auto');
});

test('given the last row of that table, then each of its values is refused', () => {
  for (const json of valuesIn(AUTO.at(-1)?.[0] ?? '').flat())
    expect(() => encode(json, 'auto')).toThrow('tiebreaker');
});

test.each(TYPES)(
  'given the type %s, then %s sort in this order, and %s are refused',
  (type, values, refused) => {
    const name = type.replaceAll('`', '') as TiebreakerType;
    expectInOrder([['', 'null'], ...valuesIn(values)], name);
    for (const json of valuesIn(refused).flat()) {
      expect(() => encode(json, name)).toThrow(`allowed by tiebreakerType=${name} are `);
    }
  },
);

test('given the tables, then all types are in them', () => {
  expect(TYPES.map(([type]) => type)).toEqual(['`number`', '`text`', '`time`', '`version`']);
});
