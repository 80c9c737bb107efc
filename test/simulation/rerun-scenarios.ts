import { DEFAULT_SETTINGS } from '../../src/core/settings';
import type { Random } from '../../src/local/random';
import { CALM } from './faults';
import { MOST_WAITED_MS } from './hard-scenarios';
import { SEAL_MS } from './rare-scenarios';
import type { Place, PlannedRerun } from './rerun-plan';
import type { Scenario, SketchPlan } from './scenario';

/* People who ask for other runs, and events that come late while these begin. */

const MINUTE_MS = 60_000;

const pick = <T>(random: Random, values: readonly T[]): T =>
  values[random.integer(0, values.length - 1)] as T;

/** On top of all that a scenario has drawn. */
export function withReruns(scenario: Scenario, random: Random): Scenario {
  // A put that is on its way for longer than anybody promises may come into the set at any time.
  if (scenario.events.some(({ slowPut }) => (slowPut?.onItsWayMs ?? 0) > DEFAULT_SETTINGS.clockSkewMs))
    return scenario;
  // Where an event fails for ever, other runs of it would wait behind it.
  const { poison: _, ...rest } = scenario;
  // Where a Region is throttled, the set is complete because of the marks.
  const isThrottled = scenario.events.some(({ firstTriedAfterMs }) => firstTriedAfterMs !== undefined);
  if (!isThrottled && random.chance(0.4)) return withLateRuns(rest, random);
  const late = lateEvents(scenario, random, () => SEAL_MS + random.integer(-10_000, 8 * MINUTE_MS));
  const events = [...scenario.events, ...late];
  const reruns = Array.from({ length: random.integer(1, 3) }, () => anyRerun(events, random));
  // Two at the same moment.
  if (random.chance(0.3))
    reruns.push({ ...anyRerun(events, random), ...momentOf(reruns[0] as PlannedRerun) });
  const marksAreLost = !isThrottled && random.chance(0.5) && { marksAreLost: true };
  // A host that stands still sees a cancellation when it goes on.
  const mayCancel = scenario.faults.standstill === 0;
  const cancelled = mayCancel && random.chance(0.1) && goesOnAfterACancel(random);
  return {
    ...rest,
    events,
    ...marksAreLost,
    ...cancelled,
    reruns: [...(cancelled ? cancelled.reruns : []), ...reruns],
  };
}

/** Runs of late events one after the other or at once, each while some are on their way; in half of all cases little else goes wrong. */
function withLateRuns(scenario: Scenario, random: Random): Scenario {
  const { abortSequencerAfterMs: _, cancelAnyRowAfterMs: __, typing: ___, ...rest } = scenario;
  let atMs = SEAL_MS + random.integer(MINUTE_MS, 2 * MINUTE_MS);
  const moments: number[] = [];
  const reruns = Array.from({ length: random.integer(2, 5) }, (): PlannedRerun => {
    moments.push(atMs);
    const afterMs = atMs;
    atMs += random.chance(0.4) ? random.integer(0, 2_000) : random.integer(20_000, 60_000);
    const include = random.chance(0.8) ? 'late' : 'all';
    const cancelled = random.chance(0.2) && { cancelAfterMs: random.integer(9_000, 15_000) };
    const part = partOf(scenario.events, random);
    return { when: 'completed', afterMs, include, ...part, ...fates(random), ...cancelled };
  });
  const late = lateEvents(scenario, random, () => pick(random, moments) + random.integer(-8_000, 8_000), 4);
  const isCalm = random.chance(0.5);
  const promised = scenario.events.map(({ bad: _b, cursed: _c, ...event }): SketchPlan => event);
  return {
    ...(isCalm ? rest : scenario),
    events: [...(isCalm ? promised : scenario.events), ...late],
    playback: { ...scenario.playback, speed: Number.POSITIVE_INFINITY },
    replay: 'completes',
    // A mark of theirs would put the seal off.
    marksAreLost: true,
    reruns,
    ...(isCalm && { faults: { ...CALM, coldStart: 0.1, slowRequest: 0.05 } }),
  };
}

/** Up to eight, of the same seconds and lanes as the others. */
function lateEvents({ events }: Scenario, random: Random, strayMs: () => number, least = 0): SketchPlan[] {
  return Array.from({ length: random.integer(least, 8) }, (_, n) => {
    const { second, key } = pick(random, events);
    const slowPut = { sentAfterMs: random.integer(0, MOST_WAITED_MS), onItsWayMs: 0, times: 1 };
    return {
      id: `late-${n}`,
      second,
      sequence: random.integer(-3, 30),
      key,
      strayMs: [strayMs()],
      ...(random.chance(0.5) && { slowPut }),
    };
  });
}

function anyRerun(events: SketchPlan[], random: Random): PlannedRerun {
  const place = (): Place =>
    random.chance(0.6) ? { event: pick(random, events).id } : { second: pick(random, events).second };
  const start = random.integer(0, 9);
  return {
    ...anyMoment(random),
    include: pick(random, ['sealed', 'sealed', 'all', 'all', 'late']),
    ...(start < 3 && { from: place() }),
    ...(start >= 3 && start < 6 && { after: random.chance(0.3) ? 'checkpoint' : place() }),
    ...(random.chance(0.4) && { to: place() }),
    ...(random.chance(0.2) && { consumers: pick(random, [['billing'], ['search'], ['search', 'billing']]) }),
    ...(random.chance(0.3) && {
      playback: { speed: pick(random, [Number.POSITIVE_INFINITY, 10, 333]), byKey: random.chance(0.5) },
    }),
    ...fates(random),
  };
}

/** One in four is for a part, or for some consumers: the next one for all may not go on after it. */
function partOf(events: SketchPlan[], random: Random): Partial<PlannedRerun> {
  if (random.chance(0.75)) return {};
  const place = { event: pick(random, events).id };
  return pick(random, [{ from: place }, { to: place }, { consumers: ['search'] }]);
}

function fates(random: Random): Partial<PlannedRerun> {
  return {
    ...(random.chance(0.2) && { dies: random.integer(0, 20) }),
    ...(random.chance(0.2) && { again: true }),
    ...(random.chance(0.1) && { cancelAfterMs: random.integer(0, 30_000) }),
  };
}

function anyMoment(random: Random): Pick<PlannedRerun, 'when' | 'afterMs'> {
  const when = pick(random, ['completed', 'SEALED', 'RELEASING', 'ended', 'ended'] as const);
  const mostMs = when === 'SEALED' ? 20_000 : when === 'completed' ? 8 * MINUTE_MS : 2 * MINUTE_MS;
  return { when, afterMs: random.integer(0, mostMs) };
}

const momentOf = ({ when, afterMs }: PlannedRerun) => ({ when, afterMs });

/** Somebody cancels the first run and lets another one go on where it was. */
function goesOnAfterACancel(random: Random): Pick<Scenario, 'cancelRowAfterMs'> & { reruns: PlannedRerun[] } {
  const rerun = {
    when: 'ended',
    afterMs: random.integer(0, MINUTE_MS),
    include: 'sealed',
    after: 'checkpoint',
  } as const;
  return { cancelRowAfterMs: random.integer(0, 20_000), reruns: [rerun] };
}
