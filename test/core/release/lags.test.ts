import fc from 'fast-check';
import { isLags, Lags } from '../../../src/core/release/lags';

const lag = fc.oneof(fc.nat(200), fc.nat(1_209_600_000));

test('given any lags, then a percentile is that of the sorted list to a tenth, rounded', () => {
  fc.assert(
    fc.property(
      fc.array(lag, { minLength: 1, maxLength: 400 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (all, share) => {
        const lags = new Lags();
        for (const ms of all) lags.add(ms, 1);
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(share * sorted.length - 1e-9) - 1] as number;
        const off = Math.abs(lags.percentileMs(share) - exact);
        expect(off).toBeLessThanOrEqual(0.5 + (2 ** (1 / 8) - 1) * exact);
      },
    ),
  );
});

test('given any lags, stopped and gone on anywhere, then they are as if counted in one go, and their text may stand in a row', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(lag, fc.integer({ min: 1, max: 25 }))), fc.nat(50), (all, cut) => {
      const whole = new Lags();
      for (const [ms, events] of all) whole.add(ms, events);
      let part = new Lags();
      for (const [n, [ms, events]] of all.entries()) {
        if (n === cut) part = new Lags(part.text);
        part.add(ms, events);
      }
      expect(part.text).toBe(whole.text);
      expect(isLags(whole.text)).toBe(true);
    }),
  );
});

test('however many are counted, the text stays short and the percentiles stay', () => {
  const lags = new Lags();
  for (let n = 0; n < 2_000_000; n++) lags.add(n % 100 === 0 ? 900 : n % 50, 1);
  expect(lags.text.length).toBeLessThan(110);
  expect(lags.percentileMs(0.5)).toBeGreaterThanOrEqual(22);
  expect(lags.percentileMs(0.5)).toBeLessThanOrEqual(28);
  expect(lags.percentileMs(0.995)).toBeGreaterThanOrEqual(810);
  expect(lags.percentileMs(0.995)).toBeLessThanOrEqual(990);
});

test('the worst that a row may have to hold: lags from nothing to two weeks', () => {
  const lags = new Lags();
  for (let ms = 1; ms < 1_209_600_000; ms *= 1.1) for (let n = 0; n < 200; n++) lags.add(ms, 1);
  expect(lags.text.length).toBeLessThan(450);
});

test.each(['', '5', '.', '1..2.zz', '0'])('%j is a text of lags', (text) => expect(isLags(text)).toBe(true));
test.each(['-1', '1 2', 'A', '1,2', 7, undefined, '1'.repeat(1_001), 'z'.repeat(250)])('%j is none', (text) =>
  expect(isLags(text)).toBe(false),
);
