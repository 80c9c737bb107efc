import type { Random } from '../../src/local/random';
import type { Commands, Occasion, Overseer, PlannedCommand, Wish } from './commands';
import { isUnpromised, type Scenario } from './scenario';

const MINUTE_MS = 60_000;

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[random.integer(0, values.length - 1)] as T;

/** What people type who do not know better. */
const NONSENSE: readonly Readonly<Record<string, unknown>>[] = [
  { paused: 'yes' },
  { paused: 1 },
  { speed: 'fast' },
  { speed: 0 },
  { idle: 5 },
  { until: 'noon' },
  { stepTo: 3 },
  { pased: true },
  { cancelled: 'please' },
  { onMissing: 'skip' },
];

const SPEEDS = ['1', '0.2', '10', '100', 'max', '3x'];
const IDLES = ['none', '0ms', '700ms', '5s', '30s'];

/** Several people at moments of their own; somebody comes in the end and has a run go on that rests. */
export function withCommands(scenario: Scenario, random: Random): Scenario {
  // What comes against all promises may change the set when it is released, and so may the time to live.
  const isFixed = !scenario.events.some(isUnpromised) && scenario.settings.retentionMs === undefined;
  if (!isFixed || scenario.typing || scenario.rowBefore) return scenario;
  return { ...scenario, playback: slower(scenario, random), commands: drawCommands(scenario, random) };
}

/** Who plays back as fast as possible has hardly time to wish anything. */
function slower({ playback }: Scenario, random: Random): Scenario['playback'] {
  if (Number.isFinite(playback.speed) || random.chance(0.2)) return playback;
  return { ...playback, speed: pick(random, [1, 3, 10]) };
}

export function drawCommands(scenario: Scenario, random: Random, most = 6): Commands {
  const count = random.integer(1, most);
  const planned = Array.from({ length: count }, () => drawCommand(scenario, random));
  return { planned, overseer: drawOverseer(random) };
}

export function drawOverseer(random: Random): Overseer {
  return { everyMs: random.integer(1, 10) * MINUTE_MS, does: random.chance(0.9) ? 'resume' : 'cancel' };
}

function drawCommand(scenario: Scenario, random: Random): PlannedCommand {
  const when = drawOccasion(scenario, random);
  if (random.chance(0.1)) return { ...when, by: 'hand', types: pick(random, NONSENSE) };
  const wish = drawWish(scenario, random);
  return { ...when, by: random.chance(0.75) ? 'tool' : 'hand', wish };
}

type When = Pick<PlannedCommand, 'after' | 'times' | 'ms'>;

function drawOccasion({ events }: Scenario, random: Random): When {
  const after = pick<Occasion>(random, ['made', 'sealed', 'counting', 'releasing', 'releasing', 'appended']);
  if (after === 'made') return { after, ms: random.integer(0, 8 * MINUTE_MS) };
  if (after === 'sealed') return { after, ms: random.integer(0, 14_000) };
  if (after === 'counting') return { after, ms: random.integer(0, 3_000) };
  if (after === 'releasing') return { after, ms: random.integer(0, pick(random, [500, 20_000, 120_000])) };
  return {
    after,
    times: random.integer(1, events.length),
    ms: random.integer(0, pick(random, [0, 100, 3_000])),
  };
}

export function drawWish({ events }: Pick<Scenario, 'events'>, random: Random): Wish {
  const last = Math.max(0, ...events.map(({ second }) => second));
  return pick<() => Wish>(random, [
    () => ({ does: 'pause' }),
    () => ({ does: 'pause' }),
    () => ({ does: 'resume' }),
    () => ({ does: 'step', events: random.integer(1, 5) }),
    () => ({ does: 'step', events: random.integer(1, 5) }),
    () => ({ does: 'until', event: random.integer(0, events.length) }),
    () => ({ does: 'until', second: random.integer(0, last + 1) }),
    () => ({ does: 'speed', speed: pick(random, SPEEDS) }),
    () => ({ does: 'speed', speed: pick(random, SPEEDS) }),
    () => ({ does: 'idle', idle: pick(random, IDLES) }),
    () => ({ does: random.chance(0.4) ? 'cancel' : 'resumeWithoutDead' }),
  ])();
}
