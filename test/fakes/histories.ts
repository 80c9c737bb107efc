import type { Histories } from '../../src/core/ports';
import { type FakeOptions, fake } from './fake';

type Stored = Parameters<Histories['put']>[1];

/** `Histories` in memory. They are copied on their way in and out. */
export function memoryHistories(options: FakeOptions = {}) {
  const histories = new Map<string, Stored>();
  const port: Histories = {
    async get(run) {
      const found = histories.get(run);
      if (!found) return undefined;
      const { expiresAtMs: _, ...history } = structuredClone(found);
      return { ...history, stamp: String(found.writtenAtMs) };
    },
    async put(run, history, read) {
      const before = histories.get(run);
      if ((before && String(before.writtenAtMs)) !== read?.stamp) return false;
      histories.set(run, structuredClone(history));
      return true;
    },
  };
  return fake(
    'histories',
    port,
    {
      /** A run's history as it is now, not a copy. */
      history(run: string): Stored | undefined {
        return histories.get(run);
      },
    },
    options,
  );
}

export type MemoryHistories = ReturnType<typeof memoryHistories>;
