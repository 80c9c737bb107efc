import fc from 'fast-check';
import { epochMsOf } from '../../../src/core/event/instant';
import { formatPosition, parsePosition } from '../../../src/core/event/position';
import { encodeTiebreaker } from '../../../src/core/event/tiebreaker';

test('given any position, then its text is read back as what was written', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 4e12 }), (value, id, ms) => {
      const tiebreaker = encodeTiebreaker(value) as string;
      const time = `${new Date(ms).toISOString().slice(0, 23)}999999Z`;
      const position = { time, tiebreaker, id: id.toWellFormed() };
      expect(parsePosition(formatPosition(position))).toEqual(position);
      expect(epochMsOf(time)).toBe(ms);
    }),
  );
});
