import type { SequencerInput, SequencerStarts } from '../../src/core/ports';
import { freshName } from './fresh-name';

export interface OpenStarts {
  starts: SequencerStarts;
  /** Names of the executions that run. */
  running(): string[];
  end(input: SequencerInput): void;
  close(): Promise<void>;
}

/** What every `SequencerStarts` does. */
export function sequencerStartsSuite(open: () => Promise<OpenStarts>): void {
  let opened: OpenStarts;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test('given the same start many times at once, then one execution runs and all are told so', async () => {
    const input = { replay: freshName(), generation: 1 };
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => opened.starts.start(input)));
    expect(new Set(outcomes)).toEqual(new Set(['started']));
    expect(opened.running().filter((name) => name === `${input.replay}.1`)).toHaveLength(1);
  });

  test('given an execution that has ended, then its name is used up, and the next generation starts', async () => {
    const input = { replay: freshName(), generation: 1 };
    await opened.starts.start(input);
    opened.end(input);
    expect(await opened.starts.start(input)).toBe('ended');
    expect(await opened.starts.start({ ...input, generation: 2 })).toBe('started');
    expect(opened.running()).not.toContain(`${input.replay}.1`);
    expect(opened.running()).toContain(`${input.replay}.2`);
  });

  test('what else a caller has in its input makes no other execution of it', async () => {
    const input = { replay: freshName(), generation: 1 };
    expect(await opened.starts.start({ ...input, iteration: 5 } as SequencerInput)).toBe('started');
    expect(await opened.starts.start({ generation: 1, replay: input.replay })).toBe('started');
  });

  test('the longest name of a replay leaves room for any generation', async () => {
    const input = { replay: 'r'.repeat(64), generation: 999_999_999_999_999 };
    expect(await opened.starts.start(input)).toBe('started');
    expect(opened.running()).toContain(`${input.replay}.${input.generation}`);
  });
}
