import type { SequenceObserver } from '../../src/core/ports';

/** A `SequenceObserver` that remembers what it was told. */
export function recordingObserver() {
  const sealed: number[] = [];
  const appended: { events: number; lagMs: number }[] = [];
  const backoffs: { error: unknown; waitMs: number }[] = [];
  const historyFailures: unknown[] = [];
  const port: SequenceObserver = {
    sealed(collected) {
      sealed.push(collected);
    },
    appended(events, lagMs) {
      appended.push({ events, lagMs });
    },
    historyFailed(error) {
      historyFailures.push(error);
    },
    backsOff(error, waitMs) {
      backoffs.push({ error, waitMs });
    },
  };
  return { port, sealed, appended, backoffs, historyFailures };
}
