import { setTimeout as delay } from 'node:timers/promises';

/** Looks until there is something, or fails when it takes too long. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 60_000,
  everyMs = 100,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadlineMs) throw new Error(`Waited ${withinMs / 1_000} s in vain: ${what}`);
    await delay(everyMs);
  }
}
