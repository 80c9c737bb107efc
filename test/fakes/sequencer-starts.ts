import type { SequencerExecutions, SequencerInput } from '../../src/core/ports';
import { demand, type FakeOptions, fake } from './fake';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const NAME_LENGTH = 80;

/** `SequencerStarts`, and `SequencerExecutions`, in memory: executions run until the test ends them. */
export function memorySequencerStarts(options: FakeOptions = {}) {
  const running = new Map<string, SequencerInput>();
  const ended = new Map<string, 'ended' | 'aborted'>();

  const port: SequencerExecutions = {
    async start(input) {
      const name = nameOf(input);
      demand(name.length <= NAME_LENGTH, `an execution's name has up to ${NAME_LENGTH} characters: ${name}`);
      if (ended.has(name)) return 'ended';
      running.set(name, { ...input });
      return 'started';
    },
    async status(input) {
      return running.has(nameOf(input)) ? 'running' : ended.get(nameOf(input));
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
      /** Whether there is an execution of that name, or was. */
      isKnown: (input: SequencerInput) => running.has(nameOf(input)) || ended.has(nameOf(input)),
      isAborted: (input: SequencerInput) => ended.get(nameOf(input)) === 'aborted',
      /** Ends an execution: its name is used up. */
      end(input: SequencerInput, how: 'ended' | 'aborted' = 'ended'): void {
        running.delete(nameOf(input));
        ended.set(nameOf(input), how);
      },
    },
    options,
  );
}

export type MemorySequencerStarts = ReturnType<typeof memorySequencerStarts>;

function nameOf({ replay, generation }: SequencerInput): string {
  return `${replay}.${generation}`;
}
