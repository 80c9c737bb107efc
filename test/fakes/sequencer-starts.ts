import type { SequencerInput, SequencerStarts } from '../../src/core/ports';
import { demand, type FakeOptions, fake } from './fake';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const NAME_LENGTH = 80;

/** `SequencerStarts` in memory: executions run until the test ends them. */
export function memorySequencerStarts(options: FakeOptions = {}) {
  const running = new Map<string, SequencerInput>();
  const ended = new Set<string>();

  const port: SequencerStarts = {
    async start(input) {
      const name = nameOf(input);
      demand(name.length <= NAME_LENGTH, `an execution's name has up to ${NAME_LENGTH} characters: ${name}`);
      if (ended.has(name)) return 'ended';
      running.set(name, { ...input });
      return 'started';
    },
  };

  return fake(
    'starts',
    port,
    {
      /** The executions that have not been ended, in the order of their starts. */
      get running(): SequencerInput[] {
        return [...running.values()];
      },
      /** Ends an execution: its name is used up. */
      end(input: SequencerInput): void {
        running.delete(nameOf(input));
        ended.add(nameOf(input));
      },
    },
    options,
  );
}

export type MemorySequencerStarts = ReturnType<typeof memorySequencerStarts>;

function nameOf({ replay, generation }: SequencerInput): string {
  return `${replay}.${generation}`;
}
