import { textOf } from '../../../src/core/errors';
import {
  compileOptions,
  DEFAULT_OPTIONS,
  OPTION_NAMES,
  optionsInRow,
} from '../../../src/core/replay/options';
import { errorOf } from '../../support/errors';

const REMEDY = 'Do something about it.';

test('given options as texts, when they are compiled, then they have units', () => {
  expect(compileOptions(DEFAULT_OPTIONS, REMEDY)).toMatchObject({
    speed: 1,
    idleMs: Number.POSITIVE_INFINITY,
    orderingKeyPath: undefined,
    onMissing: 'wait',
  });
  const typed = { speed: '2.5x', idle: '1.5m', orderingKey: 'detail.a', onMissing: 'continue' };
  const texts = { ...DEFAULT_OPTIONS, ...typed };
  expect(compileOptions(texts, REMEDY)).toMatchObject({
    speed: 2.5,
    idleMs: 90_000,
    orderingKeyPath: 'detail.a',
    onMissing: 'continue',
  });
  const idles = ['250ms', '5s', '2m', '1h', '1d'].map(
    (idle) => compileOptions({ ...texts, idle }, REMEDY).idleMs,
  );
  expect(idles).toEqual([250, 5_000, 120_000, 3_600_000, 86_400_000]);
});

test('given a value that is not allowed, then the error has the remedy of the place that it stands in', () => {
  const error = errorOf(() => compileOptions({ ...DEFAULT_OPTIONS, idle: '5' }, REMEDY));
  expect(error).toMatchObject({ code: 'InvalidOption', remedy: REMEDY });
  expect(textOf(error)).toMatch(
    /^Option idle=5 is not valid; allowed is .*, or none\. Do something about it\.$/,
  );
});

test.each(OPTION_NAMES)(
  'given a row that was written before the option %s existed, then it has its default',
  (name) => {
    const { [name]: _, ...older } = DEFAULT_OPTIONS;
    expect(optionsInRow(older)).toEqual(compileOptions(DEFAULT_OPTIONS, REMEDY));
  },
);

test('given a value that somebody typed into the row, then the remedy is about the row', () => {
  const error = errorOf(() => optionsInRow({ speed: 'fast' }));
  expect(error).toMatchObject({ code: 'InvalidOption', remedy: "Correct it in the replay's row." });
});
