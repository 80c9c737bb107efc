import type { Random } from '../../src/local/random';
import type { Refusals, Scenario } from './scenario';

/* Services that refuse what they are asked, for longer than the SDK tries. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const MOST_TURNS = 1_000_000;

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
  // Where every other request is refused for a day, each page of each bucket is asked for again and again.
  const throttled = {
    ...scenario,
    refuses: refusals(scenario, random),
    faults: dying,
    mostTurns: MOST_TURNS,
  };
  if (random.chance(0.3)) return { ...throttled, concurrency: random.integer(3, 10) };
  return random.chance(0.2) ? withSlowReads(throttled, random) : throttled;
}

/** Hundreds of events in dozens of buckets, all due at once, and each page takes seconds. */
export function withSlowReads(scenario: Scenario, random: Random): Scenario {
  const { cancelRowAfterMs: _, cancelAnyRowAfterMs: _any, ...others } = scenario;
  const count = random.integer(250, 350);
  const events = Array.from({ length: count }, (_each, n) => ({
    id: `e-${random.integer(0, 0xffffff).toString(16)}-${n}`,
    second: random.integer(0, 3),
    sequence: n,
    key: `key-${n % 5}`,
  }));
  const { of = '', oneIn = 1 } = scenario.refuses ?? {};
  // Where reads are refused too, even the first page of each bucket may take minutes.
  const readsAreRefused = 'buffer.read'.startsWith(of) && oneIn > 1;
  return {
    ...others,
    events,
    playback: { ...scenario.playback, speed: Number.POSITIVE_INFINITY },
    settings: { ...scenario.settings, buckets: random.integer(40, 64) },
    readMs: random.integer(1_500, 3_000),
    ...(!readsAreRefused && { sequenceCallMs: random.integer(110_000, 130_000) }),
    mostTurns: MOST_TURNS,
  };
}

/** Where events are first tried after COMPLETED, the seal rests on arrival marks; without them nothing is promised. */
function refusals({ events }: Scenario, random: Random): Refusals {
  const needsMarks = events.some(({ firstTriedAfterMs }) => firstTriedAfterMs !== undefined);
  const refused = needsMarks ? REFUSED.filter((of) => !'replays.save'.startsWith(of)) : REFUSED;
  const of = refused[random.integer(0, refused.length - 1)] as string;
  const oneIn = random.integer(2, 10);
  if (random.chance(0.5)) return { of, oneIn, fromMs: 0, forMs: 24 * HOUR_MS };
  const forMs = random.chance(0.3) ? HOUR_MS : random.integer(0, 10 * MINUTE_MS);
  return { of, oneIn: 1, fromMs: random.integer(0, 10 * MINUTE_MS), forMs };
}
