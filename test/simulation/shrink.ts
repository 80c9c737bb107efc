import type { Commands } from './commands';
import type { Protocol } from './protocol';
import { run } from './run';
import type { Faults, Scenario, SketchPlan } from './scenario';
import type { Violation } from './verdict';

/** A failing scenario is made smaller in at most so many runs. */
const MOST_RUNS = 400;

export interface Shrunk {
  scenario: Scenario;
  violation: Violation;
  runs: number;
}

/**
 * Makes a failing scenario as small as it can: leaves out faults, events and people, one after the other, and makes the
 * rest plain, as long as the same invariant still breaks. The same scenario always shrinks to the same one.
 */
export async function shrink(scenario: Scenario, violation: Violation, protocol?: Protocol): Promise<Shrunk> {
  let best: Shrunk = { scenario, violation, runs: 0 };
  let runs = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of smallerThan(best.scenario)) {
      if (runs === MOST_RUNS) return { ...best, runs };
      runs++;
      const outcome = await run(smaller, protocol ? { protocol } : {});
      if (outcome.violation?.invariant !== violation.invariant) continue;
      best = { scenario: smaller, violation: outcome.violation, runs };
      progress = true;
      break;
    }
  }
  return { ...best, runs };
}

/** What a scenario is like where nothing is remarkable. */
const PLAIN = {
  replay: 'completes',
  onMissing: 'wait',
  playback: {
    speed: Number.POSITIVE_INFINITY,
    idleMs: Number.POSITIVE_INFINITY,
    byKey: false,
    bySequence: true,
  },
  operator: { act: 'redrive', trigger: 'incomplete', delayMs: 180_000 },
  settings: { buckets: 1, groupCount: 25 },
  shards: 1,
  skewMs: 0,
} as const satisfies Partial<Scenario>;

/** Each of these is a person or an oddity that may be left out. */
const OPTIONAL = [
  'cancelRowAfterMs',
  'cancelAnyRowAfterMs',
  'abortSequencerAfterMs',
  'sequencersBesides',
  'namesUsedUp',
  'noCapacity',
  'rescue',
  'failSequencersAfterMs',
  'outage',
  'statusEventsAreLost',
  'dies',
  'standsStill',
  'sequenceCallMs',
  'badOption',
  'commands',
  'typing',
  'rowBefore',
  'retentionBecomes',
  'poison',
  'depthLagMs',
  'collectIsSlow',
  'sequencerIsAhead',
  'marksAreLost',
  'inAnyOrder',
  'refuses',
  'readMs',
  'concurrency',
  'eventsPerSecond',
  'reruns',
] as const;

/** Scenarios with one thing less, those that lose most first. */
function* smallerThan(scenario: Scenario): Generator<Scenario> {
  const { events, faults } = scenario;
  if (scenario.replay !== PLAIN.replay) yield { ...scenario, replay: PLAIN.replay };
  for (const name of Object.keys(faults) as (keyof Faults)[]) {
    if (faults[name] > 0) yield { ...scenario, faults: { ...faults, [name]: 0 } };
  }
  for (const name of OPTIONAL) {
    const { [name]: there, ...without } = scenario;
    if (there !== undefined) yield without;
  }
  const { commands } = scenario;
  for (const n of commands?.planned.keys() ?? []) {
    const { planned, overseer } = commands as Commands;
    yield { ...scenario, commands: { planned: planned.toSpliced(n, 1), overseer } };
  }
  const { reruns = [] } = scenario;
  for (const n of reruns.keys()) yield { ...scenario, reruns: reruns.filter((_, each) => each !== n) };
  for (let size = Math.ceil(events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < events.length && events.length > 1; from += size) {
      yield { ...scenario, events: [...events.slice(0, from), ...events.slice(from + size)] };
    }
  }
  for (const [n, event] of events.entries()) {
    for (const simpler of simplerThan(event)) yield { ...scenario, events: events.with(n, simpler) };
  }
  for (const name of ['onMissing', 'shards', 'skewMs'] as const) {
    if (scenario[name] !== PLAIN[name]) yield { ...scenario, [name]: PLAIN[name] };
  }
  for (const name of ['playback', 'operator', 'settings'] as const) {
    for (const part of plainerThan(scenario[name], PLAIN[name])) yield { ...scenario, [name]: part };
  }
}

/** The event without what is wrong with it, with less of it, and then with plain values. */
function* simplerThan(event: SketchPlan): Generator<SketchPlan> {
  const {
    bad,
    cursed,
    throttledMs,
    firstTriedAfterMs,
    unreachable,
    slowPut,
    strayMs,
    paddingBytes,
    ...sound
  } = event;
  if (bad || cursed || throttledMs || firstTriedAfterMs || unreachable || slowPut || strayMs || paddingBytes)
    yield sound;
  for (const fewer of [1, Math.floor((cursed ?? 0) / 2), (cursed ?? 0) - 1]) {
    if (cursed && fewer > 0 && fewer < cursed) yield { ...event, cursed: fewer };
  }
  if (event.second > 0) yield { ...event, second: 0 };
  if (event.sequence !== undefined) yield { ...event, sequence: undefined };
  if (event.key !== 'key-0') yield { ...event, key: 'key-0' };
}

/** All of it plain, then each of its fields. */
function* plainerThan<T extends object>(part: T, plain: T): Generator<T> {
  const names = (Object.keys(part) as (keyof T)[]).filter((name) => part[name] !== plain[name]);
  if (names.length === 0) return;
  yield { ...plain };
  if (names.length === 1) return;
  for (const name of names) {
    const { [name]: _, ...others } = part;
    yield { ...others, ...(name in plain && { [name]: plain[name] }) } as T;
  }
}
