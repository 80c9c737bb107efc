import type { ReleaseObserver } from '../../src/core/ports';

/** A `ReleaseObserver` that remembers what it was told. */
export function recordingObserver() {
  const sealed: number[] = [];
  const appended: { events: number; lagMs: number }[] = [];
  const port: ReleaseObserver = {
    sealed(collected) {
      sealed.push(collected);
    },
    appended(events, lagMs) {
      appended.push({ events, lagMs });
    },
  };
  return { port, sealed, appended };
}
