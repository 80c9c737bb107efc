import type { Random } from '../../src/local/random';
import type { Refusals, Scenario } from './scenario';

/* Services that refuse what they are asked, for longer than the SDK tries. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What is refused: every request, or those of one port or method. */
const REFUSED = [
  '',
  'lanes.',
  'lanes.',
  'buffer.',
  'buffer.read',
  'buffer.count',
  'replays.',
  'replays.save',
];

/** All requests to one of them for an hour at most, or one in so many for all the time; or few functions at once. */
export function withThrottling(scenario: Scenario, random: Random): Scenario {
  const { faults } = scenario;
  // One time in two every call comes to its end, and every save is answered.
  const dying = random.chance(0.5)
    ? faults
    : { ...faults, crash: 0, hang: 0, zombie: 0, standstill: 0, answerLost: 0 };
  const throttled = { ...scenario, refuses: refusals(random), faults: dying };
  return random.chance(0.3) ? { ...throttled, concurrency: random.integer(3, 10) } : throttled;
}

function refusals(random: Random): Refusals {
  const of = REFUSED[random.integer(0, REFUSED.length - 1)] as string;
  const oneIn = random.integer(2, 10);
  if (random.chance(0.5)) return { of, oneIn, fromMs: 0, forMs: 24 * HOUR_MS };
  const forMs = random.chance(0.3) ? HOUR_MS : random.integer(0, 10 * MINUTE_MS);
  return { of, oneIn: 1, fromMs: random.integer(0, 10 * MINUTE_MS), forMs };
}
