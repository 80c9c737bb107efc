import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random';
import type { Deliver, Target } from './bus';
import type { BusEvent } from './bus-event';

export interface DeliveryOptions {
  /** Hands the event to the target; false or an error where it does not take the event. */
  offer: (target: Target, event: BusEvent) => boolean;
  /** Where an event goes that its target did not take in time. */
  deadLetter: (event: BusEvent) => void;
  /** `MaximumEventAgeInSeconds`, in milliseconds. */
  maximumEventAgeMs: number;
  /** Share of events that the target refuses for as long as they may be tried. */
  throttleRate: number;
  /** Chooses those events; nothing else may draw from it, or how long retries take would change the choice. */
  random: Random;
  /** Ends all attempts; what has not been taken by then is dropped. */
  signal: AbortSignal;
}

const FIRST_RETRY_MS = 25;
const LONGEST_RETRY_MS = 400;

/**
 * Delivery to a target: tries again with growing, jittered pauses until the event is too old, then hands it to the
 * dead-letter queue. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
export function createDelivery(options: DeliveryOptions): Deliver {
  const { offer, deadLetter, maximumEventAgeMs, random, throttleRate, signal } = options;
  return async (target, event) => {
    const expiresAtMs = Date.now() + maximumEventAgeMs;
    const throttled = random.chance(throttleRate);
    for (let pauseMs = FIRST_RETRY_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)) {
      try {
        if (!throttled && offer(target, event)) return;
      } catch {
        // Refused: tried again below, whatever the reason.
      }
      const jitteredMs = Math.ceil(Math.random() * pauseMs);
      if (Date.now() + jitteredMs >= expiresAtMs) return deadLetter(event);
      await delay(jitteredMs, undefined, { signal }).catch(() => undefined);
    }
  };
}
