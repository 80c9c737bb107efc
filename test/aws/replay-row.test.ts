import fc from 'fast-check';
import { decodeItem, encodeItem, readItem } from '../../src/aws/attributes';
import { REPLAY_ROW } from '../../src/aws/replay-row';
import { Unreadable } from '../../src/core/replay/unreadable';
import { arbitraryRow, fullRow, newRow } from './replay-rows';

describe('the codec of a replay row', () => {
  test('given any row, then it comes back as it went in', () => {
    fc.assert(
      fc.property(arbitraryRow, (row) => {
        expect(decodeItem(REPLAY_ROW, encodeItem(REPLAY_ROW, row))).toEqual(row);
      }),
    );
  });

  test('attributes of others are passed over', () => {
    const item = { ...encodeItem(REPLAY_ROW, newRow('r')), note: { S: 'written by hand' } };
    expect(decodeItem(REPLAY_ROW, item)).toEqual(newRow('r'));
  });

  test.each([
    ['generation', { S: '3' }, 'the text "3"'],
    ['leaseUntil', { S: 'tomorrow' }, 'the text "tomorrow"'],
    ['leaseUntil', { S: '2026-11-20T12:00:00Z' }, 'the text "2026-11-20T12:00:00Z"'],
    ['leaseUntil', { S: 'x 5' }, 'the text "x 5"'],
    ['phase', { N: '1' }, 'the number 1'],
    ['checkpoint', { S: '' }, 'empty'],
    ['options', { L: [] }, 'a list'],
    ['warnings', { NULL: true }, 'null'],
    ['collected', { SS: ['1'] }, 'a set or bytes'],
    ['expiresAt', { BOOL: false }, 'false'],
    ['late', { M: {} }, 'a map'],
  ])('an edit by hand that made %s %j is read as what it is', (attribute, value, is) => {
    const item = { ...encodeItem(REPLAY_ROW, newRow('r')), [attribute]: value };
    const [key] = Object.entries(REPLAY_ROW).find(([, column]) => column.attribute === attribute) ?? [''];
    expect(readItem(REPLAY_ROW, item as never)).toEqual({ ...newRow('r'), [key]: new Unreadable(is) });
  });

  test('of a map only the parts are unreadable that somebody changed', () => {
    const item = encodeItem(REPLAY_ROW, fullRow('r'));
    const options = { M: { ...item.options?.M, idle: { N: '5' } } } as never;
    expect(readItem(REPLAY_ROW, { ...item, options })).toMatchObject({
      options: { ...fullRow('r').options, idle: new Unreadable('the number 5') },
    });
  });
});
