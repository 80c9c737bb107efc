import { readFileSync } from 'node:fs';
import { NotAnOrderedReplayError } from '../../src/consumer/errors';
import { ERROR_CODES, OrderedReplayError, textOf } from '../../src/core/errors';
import sequence from '../../statemachines/sequence.asl.json';

interface Row {
  code: string;
  cells: string[];
}

/** The rows of all tables whose first cell is a code: `| `Code` | … |`. */
function rowsOf(markdown: string): Row[] {
  return markdown
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .flatMap(([, first = '', ...cells]) => {
      const code = /^`(\w+)`$/.exec(first)?.[1];
      return code ? [{ code, cells: cells.slice(0, -1) }] : [];
    });
}

const rows = rowsOf(readFileSync(`${__dirname}/../../docs/errors.md`, 'utf8'));
const anError = (code: (typeof ERROR_CODES)[number]) =>
  new OrderedReplayError(code, 'What happened.', { remedy: 'What to do.' });
/** What the state machine itself says: the names in its `Fail` states, and those that it gives to errors of others. */
const machineCodes = Object.values(sequence.States as Record<string, { Error?: string; Parameters?: object }>)
  .map(({ Error: ofFail, Parameters }) => ofFail ?? (Parameters as { Error?: string } | undefined)?.Error)
  .filter((code) => code !== undefined);
const consumerCode = new NotAnOrderedReplayError('', '').code;

test('every code has one row in docs/errors.md, and every row has a code', () => {
  const codes = new Set([...ERROR_CODES, ...machineCodes, consumerCode]);
  expect(rows.map(({ code }) => code).sort()).toEqual([...codes].sort());
});

test.each(ERROR_CODES)('the row of %s says what happened, what to do, and what comes next', (code) => {
  const { cells } = rows.find((row) => row.code === code) as Row;
  expect(cells).toHaveLength(3);
  for (const cell of cells) expect(cell).not.toBe('');
  expect(cells[2]).toBe(`\`${anError(code).disposition}\``);
});

test('an error has its code for a name, what happened and what to do apart, its ids, and the real cause', () => {
  const cause = new Error('disk full');
  const error = new OrderedReplayError('InvalidEvent', 'It broke.', {
    remedy: 'Mend it.',
    ids: { eventId: 'e' },
    cause,
  });
  expect(error).toMatchObject({
    name: 'InvalidEvent',
    code: 'InvalidEvent',
    message: 'It broke.',
    remedy: 'Mend it.',
    ids: { eventId: 'e' },
    cause,
    disposition: 'park',
  });
  expect(textOf(error)).toBe('It broke. Mend it.');
  expect(anError('InvalidEvent')).not.toHaveProperty('cause');
});

test('the check finds a code without a row and a row without a code', () => {
  expect(rowsOf('| `InvalidEvent` | a | b | `park` |\n| code | a | b | c |\ntext')).toEqual([
    { code: 'InvalidEvent', cells: ['a', 'b', '`park`'] },
  ]);
});
