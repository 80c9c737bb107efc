import fc from 'fast-check';
import { textOf } from '../../src/core/errors';
import {
  DEFAULT_SETTINGS,
  dwellMs,
  type Settings,
  settleMs,
  validateSettings,
} from '../../src/core/settings';
import { errorOf } from '../support/errors';

const REMEDY = "Correct the stack's parameters and deploy again.";
const YEAR_MS = 365 * 86_400_000;
const durations = Object.keys(DEFAULT_SETTINGS).filter((name) => name.endsWith('Ms')) as (keyof Settings)[];

const anySettings = fc.record({
  maximumEventAgeMs: fc.nat({ max: YEAR_MS }),
  collectExecutionMs: fc.nat({ max: YEAR_MS }),
  collectTimeoutMs: fc.nat({ max: YEAR_MS }),
  phaseCacheMs: fc.nat({ max: YEAR_MS }),
  clockSkewMs: fc.nat({ max: YEAR_MS }),
});

test('R1: the settle time covers the longest time that the rule may retry and one execution of collect', () => {
  fc.assert(
    fc.property(anySettings, (changes) => {
      const settings = { ...DEFAULT_SETTINGS, ...changes };
      expect(settleMs(settings)).toBe(
        settings.maximumEventAgeMs + settings.collectExecutionMs + settings.clockSkewMs,
      );
    }),
  );
  expect(settleMs(DEFAULT_SETTINGS)).toBe(81_000);
});

test('R6: the dwell covers the longest that a collector may believe and act on a phase it has read', () => {
  fc.assert(
    fc.property(anySettings, (changes) => {
      const settings = { ...DEFAULT_SETTINGS, ...changes };
      expect(dwellMs(settings)).toBe(
        settings.collectTimeoutMs + settings.phaseCacheMs + settings.clockSkewMs,
      );
    }),
  );
  expect(dwellMs(DEFAULT_SETTINGS)).toBe(10_000);
});

test('the defaults are valid, and so is every combination inside the limits', () => {
  expect(validateSettings(DEFAULT_SETTINGS)).toBe(DEFAULT_SETTINGS);
  const valid = fc.record({
    buckets: fc.integer({ min: 1, max: 64 }),
    groupCount: fc.integer({ min: 1, max: 1_000 }),
  });
  fc.assert(
    fc.property(anySettings, valid, (some, more) => {
      const settings = { ...DEFAULT_SETTINGS, ...some, ...more };
      expect(validateSettings(settings)).toBe(settings);
    }),
  );
});

test.each([
  [{ buckets: 0 }, 'Setting buckets is 0; allowed is 1 to 64.'],
  [{ buckets: 65 }, 'Setting buckets is 65; allowed is 1 to 64.'],
  [{ buckets: 1.5 }, 'Setting buckets is 1.5; allowed is 1 to 64.'],
  [{ groupCount: 0 }, 'Setting groupCount is 0; allowed is 1 to 1000.'],
  [{ groupCount: 1_001 }, 'Setting groupCount is 1001; allowed is 1 to 1000.'],
  [{ groupCount: Number.NaN }, 'Setting groupCount is NaN; allowed is 1 to 1000.'],
  [
    { options: { ...DEFAULT_SETTINGS.options, speed: 'fast' } },
    'Option speed=fast is not valid; allowed is a number above 0 (1 is as recorded, 10 ten times faster), or max.',
  ],
  [{ tiebreaker: 'detail.[' }, 'Setting tiebreaker is detail.[; allowed is a JMESPath, or nothing.'],
])('given %j, then the error says: %s', (changes, message) => {
  const error = errorOf(() => validateSettings({ ...DEFAULT_SETTINGS, ...changes }));
  expect(error.code).toBe('InvalidSettings');
  expect(textOf(error)).toBe(`${message} ${REMEDY}`);
});

test.each(durations)('given a negative, endless or missing %s, then the error names it', (name) => {
  const allowed = name === 'retentionMs' ? '1 to 14' : '0 to 365';
  for (const value of [-1, Number.POSITIVE_INFINITY, Number.NaN, YEAR_MS + 1]) {
    const error = errorOf(() => validateSettings({ ...DEFAULT_SETTINGS, [name]: value }));
    expect(textOf(error)).toBe(`Setting ${name} is ${value}; allowed is ${allowed} days. ${REMEDY}`);
  }
});
