import type { Histories } from '../../src/core/ports';
import { type FakeOptions, fake } from './fake';

type Stored = Parameters<Histories['put']>[1];

/** One that stands so far ahead was typed by somebody. */
const MOST_AHEAD_MS = 60_000;
const WRITTEN_EVERY_MS = 10_000;

/** `Histories` in memory. They are copied on their way in and out. */
export function memoryHistories(options: FakeOptions = {}) {
  const histories = new Map<string, Stored>();
  const port: Histories = {
    async get(run) {
      const found = histories.get(run);
      if (!found) return undefined;
      const { expiresAtMs: _, ...history } = structuredClone(found);
      return history;
    },
    async put(run, history) {
      const before = histories.get(run)?.writtenAtMs ?? Number.NEGATIVE_INFINITY;
      const { writtenAtMs } = history;
      const isNew = before <= writtenAtMs + MOST_AHEAD_MS && before > writtenAtMs - WRITTEN_EVERY_MS;
      if (isNew) return false;
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
