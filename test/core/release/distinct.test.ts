import fc from 'fast-check';
import { DistinctCount, MOST_EXACT } from '../../../src/core/release/distinct';

const names = (count: number, prefix = 'tuesday-again#order-') =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

function counted(texts: string[], before = ''): DistinctCount {
  const count = new DistinctCount(before);
  for (const text of texts) count.add(text);
  return count;
}

test.each([0, 1, 2, 64, MOST_EXACT])(
  '%s different texts are counted exactly, however often they come',
  (n) => {
    const count = counted([...names(n), ...names(n).reverse()]);
    expect(count.count).toBe(n);
    expect(count.text).toHaveLength(8 * n);
  },
);

test.each([128, 200, 500, 1_000, 3_000, 10_000, 50_000, 300_000])(
  '%s different texts are estimated to a tenth, three times the standard error, in 512 bytes',
  (n) => {
    for (const prefix of ['a', 'tuesday-again#order-', 'r#']) {
      const count = counted(names(n, prefix));
      expect(Math.abs(count.count - n) / n).toBeLessThan(0.1);
      expect(Buffer.from(count.text, 'hex')).toHaveLength(512);
    }
  },
);

test('the standard error is about 3.3%', () => {
  const errors = Array.from({ length: 60 }, (_, n) => counted(names(2_000, `${n}-`)).count / 2_000 - 1);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(Math.abs(mean)).toBeLessThan(0.015);
  expect(deviation).toBeGreaterThan(0.02);
  expect(deviation).toBeLessThan(0.045);
});

test('given any texts, stopped and gone on anywhere, with some of them again, then the count is as if in one go', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(400), { maxLength: 600 }),
      fc.nat(600),
      fc.nat(100),
      (numbers, cut, again) => {
        const texts = numbers.map(String);
        const { text } = counted(texts.slice(0, cut));
        const goneOn = counted(texts.slice(Math.max(0, cut - again)), text);
        const whole = counted(texts);
        expect([goneOn.count, goneOn.text]).toEqual([whole.count, whole.text]);
        const different = new Set(numbers).size;
        if (different <= MOST_EXACT) expect(whole.count).toBe(different);
      },
    ),
  );
});

test('it goes on counting beyond what it remembers of the newest texts', () => {
  const many = names(3_000);
  expect(counted([...many, ...many]).count).toBe(counted(many).count);
});

test('given registers that are all full, as somebody may type them, then the estimate is a number all the same', () => {
  expect(counted(['one more'], 'f'.repeat(1_024)).count).toBe(2 ** 32);
});
