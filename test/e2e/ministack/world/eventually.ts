import { setTimeout as delay } from 'node:timers/promises';

/** Each look costs the machine time that it needs for the replays. */
const LOOK_EVERY_MS = 1_000;

/** Looks once a second until there is something, or fails when it takes too long. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 120_000,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadlineMs) throw new Error(`Waited ${withinMs / 1_000} s in vain: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
