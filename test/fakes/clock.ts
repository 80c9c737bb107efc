import type { Clock } from '../../src/core/ports';
import { demand } from './fake';

export interface VirtualClock extends Clock {
  advance(ms: number): void;
  /** Backwards too: hosts' clocks do that. */
  set(nowMs: number): void;
  /** All sleeps so far, in milliseconds. */
  readonly slept: number[];
}

/** A clock that stands until it is moved; sleeping moves it and takes no time. */
export function virtualClock(startMs = Date.parse('2026-11-20T12:00:00Z')): VirtualClock {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    async sleep(ms) {
      demand(Number.isFinite(ms) && ms >= 0, `sleep of ${ms} ms`);
      slept.push(ms);
      nowMs += ms;
    },
    advance(ms) {
      nowMs += ms;
    },
    set(toMs) {
      nowMs = toMs;
    },
  };
}
