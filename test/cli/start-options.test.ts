import { readStartOptions } from '../../src/cli/start-options';
import { DEFAULT_OPTIONS } from '../../src/core/replay/options';

describe('the options of npm start', () => {
  test('given none, then the defaults hold and the seed is by chance', () => {
    expect(readStartOptions([])).toEqual({
      events: undefined,
      handler: undefined,
      options: { ...DEFAULT_OPTIONS, speed: '10', idle: '25ms' },
      tiebreaker: undefined,
      tiebreakerType: 'auto',
      seed: expect.any(Number),
      json: false,
    });
  });

  test('given all, then each is read', () => {
    const args = ['--events=e.jsonl', '--handler=h.ts#f', '--speed=max', '--idle=none', '--seed=7', '--json'];
    expect(
      readStartOptions([
        ...args,
        '--ordering-key=detail.id',
        '--on-missing=continue',
        '--tiebreaker=detail.n',
        '--tiebreaker-type=number',
      ]),
    ).toEqual({
      events: 'e.jsonl',
      handler: 'h.ts#f',
      options: {
        ...DEFAULT_OPTIONS,
        speed: 'max',
        idle: 'none',
        orderingKey: 'detail.id',
        onMissing: 'continue',
      },
      tiebreaker: 'detail.n',
      tiebreakerType: 'number',
      seed: 7,
      json: true,
    });
  });

  test('help is asked for', () => {
    expect(readStartOptions(['--help'])).toBeUndefined();
  });

  test.each([
    [['--speed', 'fast'], 'Option --speed is "fast"; allowed is a number above 0'],
    [['--speed', '0'], 'Option --speed is "0"'],
    [['--idle', '5'], 'Option --idle is "5"; allowed is a number with a unit'],
    [['--ordering-key', 'a['], 'Option --ordering-key is "a["; allowed is a JMESPath'],
    [['--tiebreaker', 'a['], 'Option --tiebreaker is "a["'],
    [
      ['--tiebreaker-type', 'int'],
      'Option --tiebreaker-type is "int"; allowed is auto, number, text, time, version.',
    ],
    [['--seed', 'x'], 'Option --seed is "x"; allowed is a whole number from 0.'],
    [['--seed', '-1'], '--seed'],
    [['--sped', '10'], "Unknown option '--sped'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('given %p, then the error is one line that names the option', (args, message) => {
    expect(() => readStartOptions(args)).toThrow(message);
    try {
      readStartOptions(args);
    } catch (error) {
      expect((error as Error).name).toBe('UsageError');
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
