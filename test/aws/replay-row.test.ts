import fc from 'fast-check';
import { decodeItem, encodeItem } from '../../src/aws/attributes';
import { REPLAY_ROW } from '../../src/aws/replay-row';
import { arbitraryRow, newRow } from './replay-rows';

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
    ['generation', { S: '3' }, 'expected is a number'],
    ['leaseUntil', { S: 'tomorrow' }, 'expected is an ISO 8601 timestamp'],
    ['phase', { N: '1' }, 'expected is a text'],
    ['checkpoint', { S: '{}' }, 'expected is a map'],
    ['checkpoint', { M: { dueAt: { S: '1' } } }, 'dueAt is not as it was written: expected is a number'],
    ['options', { M: { idle: { N: '5' } } }, 'idle is not as it was written: expected is a text'],
    ['expiresAt', { S: '2026-11-20' }, 'expected is epoch seconds'],
  ])('an edit by hand that made %s %j is named', (attribute, value, message) => {
    const item = { ...encodeItem(REPLAY_ROW, newRow('r')), [attribute]: value };
    expect(() => decodeItem(REPLAY_ROW, item as never)).toThrow(
      new RegExp(`Attribute ${attribute} is not as it was written: .*${message}`),
    );
  });
});
