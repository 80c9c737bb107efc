import type { ReplayDescription, ReplayStatus } from '../../src/core/ports';
import { type FakeOptions, fake } from './fake';

const COMPLETED: ReplayDescription = {
  state: 'COMPLETED',
  description: '',
  window: { fromMs: Date.parse('2026-11-01T00:00:00Z'), toMs: Date.parse('2026-11-01T01:00:00Z') },
};

/** A `ReplayStatus` that says what a test has set; of other replays it knows nothing. */
export function scriptedReplayStatus(options: FakeOptions = {}) {
  const scripts = new Map<string, ReplayDescription[]>();

  const port: ReplayStatus = {
    async describe(replay) {
      const script = scripts.get(replay) ?? [];
      const answer = script[0];
      if (script.length > 1) script.shift();
      return answer && structuredClone(answer);
    },
  };

  return fake(
    'status',
    port,
    {
      /** Answers one after the other; the last one stays. What is left out is that of a completed replay. */
      set(replay: string, ...answers: Partial<ReplayDescription>[]): void {
        scripts.set(
          replay,
          answers.map((answer) => ({ ...COMPLETED, ...answer })),
        );
      },
    },
    options,
  );
}

export type ScriptedReplayStatus = ReturnType<typeof scriptedReplayStatus>;
