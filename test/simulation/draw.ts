import { createRandom, type Random } from '../../src/local/random';
import { CALM, MOST } from './faults';
import { withHandEdits } from './hand-edits';
import {
  atTheEndOfTheDwell,
  cancelledByHand,
  inAThrottledRegion,
  lastOfAThrottledRegion,
  MAX_SKEW_MS,
  racingWithTheSeal,
  redrivenBetweenReadings,
  withAStraggler,
} from './hard-scenarios';
import type { Playback } from './playback';
import { withSomethingRare } from './rare-scenarios';
import { withReruns } from './rerun-scenarios';
import type { Scenario, SketchPlan } from './scenario';
import { withCommands } from './scenes-with-commands';
import { randomOf } from './seeded';
import { withThrottling } from './throttled-scenarios';

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[random.integer(0, values.length - 1)] as T;

/** Now and then the set takes long to be counted, a service refuses requests, or people run it again: drawn apart from all else. */
export function scenarioOf(seed: number): Scenario {
  const drawn = withCounts(drawScenario(seed), randomOf(seed, 'counts'));
  const random = randomOf(seed, 'throttling');
  const throttled = random.chance(0.04) ? withThrottling(drawn, random) : drawn;
  const askers = randomOf(seed, 'reruns');
  const rerun = askers.chance(1 / 8) ? withReruns(throttled, askers) : throttled;
  const people = randomOf(seed, 'commands');
  return people.chance(0.25) ? withCommands(rerun, people) : rerun;
}

function withCounts(scenario: Scenario, random: Random): Scenario {
  return random.chance(0.25) ? { ...scenario, counts: drawCounts(random) } : scenario;
}

function drawScenario(seed: number): Scenario {
  const random = createRandom(seed);
  const faults = { ...CALM };
  for (const name of Object.keys(MOST) as (keyof typeof MOST)[]) {
    if (random.chance(0.5)) faults[name] = (MOST[name] * random.integer(1, 100)) / 100;
  }
  const events = drawEvents(random);
  const deadly = random.chance(0.35);
  if (deadly) {
    for (const event of events) {
      if (!random.chance(0.2)) continue;
      if (random.chance(0.4)) event.bad = true;
      else event.cursed = random.integer(1, 12);
    }
  }
  const trigger = pick(random, ['dead', 'incomplete', 'emptyOnce', 'sealed'] as const);
  const playback: Playback = {
    speed: pick(random, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 10, 333]),
    idleMs: pick(random, [Number.POSITIVE_INFINITY, 0, 700, 15_000, 45_000]),
    byKey: random.chance(0.6),
    bySequence: random.chance(0.8),
  };
  const ending = random.integer(0, 99);
  const onMissing = random.chance(0.5) ? 'wait' : 'continue';
  const scenario: Scenario = {
    seed,
    events,
    playback,
    onMissing,
    settings: { buckets: random.integer(1, 4), groupCount: pick(random, [1, 2, 3, 25]) },
    replay: ending < 4 ? 'isCancelled' : ending < 7 ? 'fails' : ending < 8 ? 'stalls' : 'completes',
    ...(random.chance(0.08) && { abortSequencerAfterMs: random.integer(0, 500_000) }),
    operator: {
      act: random.chance(0.8) ? 'redrive' : 'purge',
      trigger,
      delayMs: operatorDelay(trigger, random),
    },
    ...(random.chance(0.1) && { poison: pick(random, events).id }),
    shards: random.integer(1, 3),
    skewMs: random.chance(0.3) ? 0 : random.integer(0, MAX_SKEW_MS),
    faults,
  };
  if (random.chance(0.12)) return racingWithTheSeal(scenario, random);
  if (random.chance(0.08)) return cancelledByHand(scenario, random);
  if (random.chance(0.08)) return withAStraggler(scenario, random);
  if (random.chance(0.08)) return inAThrottledRegion(scenario, random);
  if (random.chance(0.08)) return lastOfAThrottledRegion(scenario, random);
  if (random.chance(0.06)) return redrivenBetweenReadings(scenario, random);
  if (random.chance(0.1)) return atTheEndOfTheDwell(scenario, random);
  if (random.chance(0.002)) return { ...scenario, replay: 'stallsForHalfADay' };
  const rare = random.chance(0.4) ? withSomethingRare(scenario, random) : scenario;
  return rare === scenario ? withHandEdits(scenario, randomOf(seed, 'hands')) : rare;
}

export function drawCounts(random: Random): { pageEvents: number; pageMs: number } {
  return { pageEvents: random.integer(1, 3), pageMs: random.integer(0, 3_000) };
}

/** After the first empty reading the others come a minute apart: acts that fall on them are the hard ones. */
function operatorDelay(trigger: Scenario['operator']['trigger'], random: Random): number {
  if (trigger === 'emptyOnce') return random.integer(1, 2) * 60_000 + random.integer(-8_000, 4_000);
  if (trigger === 'sealed') return random.integer(0, 40_000);
  return random.integer(180_000, 1_200_000);
}

function drawEvents(random: Random): SketchPlan[] {
  const count = random.integer(3, random.chance(0.3) ? 50 : 16);
  const spanSeconds = pick(random, [0, 3, 60, 240]);
  const lanes = random.integer(1, 5);
  const events: SketchPlan[] = [];
  for (let n = 0; n < count; n++) {
    events.push({
      id: `${random.integer(0, 0xffffff).toString(16).padStart(6, '0')}-${pick(random, ['a', 'B', 'ü', '~', '#'])}${n}`,
      second: random.integer(0, spanSeconds),
      sequence: random.chance(0.2)
        ? undefined
        : random.chance(0.3)
          ? String(random.integer(-3, 30))
          : random.integer(-3, 30),
      key: `key-${random.integer(0, lanes - 1)}`,
    });
  }
  return events;
}
