const TURN_MS = 20;

/**
 * Does something in a process that has only half a core, as on a machine that is busy with other work: every other
 * turn it stands still. It waits without computing, so that other tests are not slower for it.
 */
export async function stalled<T>(doing: () => Promise<T>): Promise<T> {
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  const turns = setTimeout(() => {
    Atomics.wait(nobodyWakes, 0, 0, TURN_MS);
    turns.refresh();
  }, TURN_MS);
  try {
    return await doing();
  } finally {
    clearTimeout(turns);
  }
}
