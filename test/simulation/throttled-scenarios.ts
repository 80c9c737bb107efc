import type { Random } from '../../src/local/random';
import type { Refusals, Scenario } from './scenario';

/* Services that refuse what they are asked, for longer than the SDK tries. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Tables, queues, EventBridge and the starts of executions: one of them, or all. */
const REFUSED = [
  '',
  'lanes.append',
  'lanes.append',
  'buffer.',
  'buffer.read',
  'buffer.count',
  'replays.',
  'replays.save',
];

/** All requests to one of them for an hour at most, or one in so many for all the time; or few functions at once. */
export function withThrottling(scenario: Scenario, random: Random): Scenario {
  const throttled = { ...scenario, refuses: refusals(random) };
  return random.chance(0.3) ? { ...throttled, concurrency: random.integer(3, 10) } : throttled;
}

function refusals(random: Random): Refusals {
  const of = REFUSED[random.integer(0, REFUSED.length - 1)] as string;
  if (random.chance(0.5)) return { of, oneIn: random.integer(2, 10), fromMs: 0, forMs: 24 * HOUR_MS };
  const forMs = random.chance(0.3) ? HOUR_MS : random.integer(0, 10 * MINUTE_MS);
  return { of, oneIn: 1, fromMs: random.integer(0, 10 * MINUTE_MS), forMs };
}
