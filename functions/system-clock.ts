import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/core/ports';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await delay(ms);
  },
};
