import type { Queues } from '../../src/core/ports';
import { type FakeOptions, fake } from './fake';

/** `Queues` with the depths that a test has set: 0 at first. */
export function memoryQueues(options: FakeOptions = {}) {
  const depths = { overflow: 0, deadLetters: 0 };
  const port: Queues = {
    async depth(queue) {
      return depths[queue];
    },
  };
  return fake('queues', port, { depths }, options);
}

export type MemoryQueues = ReturnType<typeof memoryQueues>;
