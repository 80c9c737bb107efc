import fc from 'fast-check';
import { deflatedText, deflatedTexts } from '../../src/aws/deflated';
import { noise } from './noise';

describe('deflated texts', () => {
  test('a short one stays readable', () => {
    expect(deflatedText.encode('{"n":1}')).toEqual({ S: '{"n":1}' });
    expect(deflatedTexts.encode(['{"n":1}', '{"n":2}'])).toEqual({ L: [{ S: '{"n":1}' }, { S: '{"n":2}' }] });
  });

  test('one that would not cost a write unit less stays readable', () => {
    const text = noise(1_200);
    expect(deflatedText.encode(text)).toEqual({ S: text });
  });

  test('one that costs a write unit less is deflated', () => {
    expect(deflatedText.encode('x'.repeat(1_000)).B?.length).toBeLessThan(100);
  });

  test('events of one kind share what they have in common', () => {
    const events = Array.from({ length: 25 }, (_, n) => JSON.stringify({ n, address: noise(600) }));
    expect(deflatedTexts.encode(events).B?.length).toBeLessThan(2_048);
  });

  test('whatever is encoded is decoded as it was', () => {
    const part = fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }));
    const text = part.map(([unit, times]) => `${unit.repeat(times)}\ud800"\\`);
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(deflatedTexts.decode(deflatedTexts.encode(texts))).toEqual(texts);
        const whole = texts.join('').toWellFormed();
        expect(deflatedText.decode(deflatedText.encode(whole))).toBe(whole);
      }),
    );
  });
});
