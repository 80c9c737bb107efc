import { readSettings, requireVariable } from '../../functions/settings';
import { DEFAULT_SETTINGS } from '../../src/core/settings';
import { errorOf } from '../support/errors';

describe('the settings from the environment', () => {
  test('given nothing, then they are the defaults', () => {
    expect(readSettings({})).toEqual(DEFAULT_SETTINGS);
  });

  test('given every variable, then each is used, in its unit', () => {
    const settings = readSettings({
      SPEED: '10',
      IDLE: '5s',
      ORDERING_KEY: 'detail.orderId',
      ON_MISSING: 'continue',
      TIEBREAKER: 'detail.sequence',
      TIEBREAKER_TYPE: 'version',
      BUCKETS: '16',
      GROUP_COUNT: '1',
      RETENTION_DAYS: '7',
      MAXIMUM_EVENT_AGE_SECONDS: '120',
      COLLECT_EXECUTION_SECONDS: '40',
      COLLECT_TIMEOUT_SECONDS: '15',
    });
    expect(settings).toMatchObject({
      options: { speed: '10', idle: '5s', orderingKey: 'detail.orderId', onMissing: 'continue' },
      tiebreaker: 'detail.sequence',
      tiebreakerType: 'version',
      buckets: 16,
      groupCount: 1,
      retentionMs: 7 * 86_400_000,
      maximumEventAgeMs: 120_000,
      collectExecutionMs: 40_000,
      collectTimeoutMs: 15_000,
    });
  });

  test.each([
    [{ BUCKETS: 'many' }, 'The environment variable BUCKETS is "many"; needed is a number.'],
    [{ BUCKETS: '0' }, 'Setting buckets is 0; allowed is 1 to 64.'],
    [{ GROUP_COUNT: '2.5' }, 'Setting groupCount is 2.5; allowed is 1 to 1000.'],
    [{ RETENTION_DAYS: '-1' }, 'Setting retentionMs is -86400000; allowed is 1 to 14 days.'],
    [{ RETENTION_DAYS: '30' }, 'Setting retentionMs is 2592000000; allowed is 1 to 14 days.'],
    [{ SPEED: 'fast' }, 'Option speed=fast is not valid'],
    [{ IDLE: '5' }, 'Option idle=5 is not valid'],
    [{ TIEBREAKER: 'detail.[' }, 'Setting tiebreaker is detail.[; allowed is a JMESPath'],
    [
      { TIEBREAKER_TYPE: 'date' },
      'Setting tiebreakerType is date; allowed is auto, number, text, time, version.',
    ],
  ])('given %p, then the error names it, its value and what is allowed', (env, message) => {
    expect(() => readSettings(env)).toThrow(message);
  });

  test('given a bad default of an option, then the remedy is about the stack, not about a replay', () => {
    for (const env of [{ SPEED: 'fast' }, { BUCKETS: 'many' }, { TIEBREAKER: 'detail.[' }]) {
      const { remedy } = errorOf(() => readSettings(env));
      expect(remedy).toBe("Correct the stack's parameters and deploy again.");
    }
  });

  test('a variable that is needed and missing is named', () => {
    expect(() => requireVariable({ BUFFER_TABLE: '' }, 'BUFFER_TABLE')).toThrow(
      'The environment variable BUFFER_TABLE is missing or empty; needed is a value.',
    );
    expect(requireVariable({ BUFFER_TABLE: 'b' }, 'BUFFER_TABLE')).toBe('b');
  });
});
