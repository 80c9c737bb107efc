import type { PlannedCommand } from './commands';
import { CALM } from './faults';
import { calm } from './kinds';
import type { Scenario } from './scenario';
import { drawCommands, drawOverseer, withCommands } from './scenes-with-commands';
import { randomOf } from './seeded';
import { withThrottling } from './throttled-scenarios';

/** Kinds of scenarios in which people command the run. */

/** Nothing goes wrong besides, and there is one sequencer at a time. */
export function commanded(seed: number): Scenario {
  const scenario = calm(seed, 40);
  const random = randomOf(seed, 'commands');
  // Long enough that there is something to command.
  const spanSeconds = [20, 60, 300, 3_600][random.integer(0, 3)] as number;
  const events = scenario.events.map((event) => ({ ...event, second: random.integer(0, spanSeconds) }));
  const faults = { ...CALM, duplicate: 0.3, coldStart: 0.1 };
  return withCommands({ ...scenario, events, faults }, random);
}

/** Only with the tool, and only while events are released. */
export function commandedByTool(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'by tool');
  const { planned } = drawCommands(scenario, random);
  return {
    ...scenario,
    commands: {
      planned: planned
        .filter(({ wish }) => wish !== undefined)
        .map(({ types: _, ...command }) => ({
          ...command,
          by: 'tool',
          after: 'releasing',
          times: 1,
          ms: random.integer(0, 60_000),
        })),
      overseer: drawOverseer(random),
    },
  };
}

/** Everything goes wrong that a process and a request can. */
export function commandedInAStorm(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'storm');
  const faults = { ...CALM, crash: 0.1, hang: 0.03, zombie: 0.15, lambdaThrottled: 0.05, coldStart: 0.3 };
  const slow = { slowRequest: 0.05, requestThrottled: 0.08, answerLost: 0.05, duplicate: 0.1 };
  return {
    ...scenario,
    ...(random.chance(0.3) && { sequencersBesides: [1] }),
    ...(random.chance(0.3) && { skewMs: random.integer(0, 2_900) }),
    faults: { ...faults, ...(random.chance(0.7) && slow) },
  };
}

/** Two or three sequencers of one generation, which take up what is wished at the same time. */
export function commandedTwice(seed: number): Scenario {
  const scenario = commanded(seed);
  return { ...scenario, sequencersBesides: seed % 2 === 0 ? [1] : [1, 1] };
}

/**
 * With the tool, from the start of the replay to its release. Of some runs the first event comes late, or the next
 * sequencer cannot be started.
 */
export function cancelledByTool(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'cancellation');
  const events = scenario.events.map((event) => (seed % 3 === 0 ? { ...event, throttledMs: 30_000 } : event));
  const after = random.chance(0.5) ? ('started' as const) : ('made' as const);
  const cancel = {
    after,
    ms: random.integer(0, 60_000),
    by: 'tool' as const,
    wish: { does: 'cancel' } as const,
  };
  return {
    ...scenario,
    events,
    ...(seed % 3 === 1 && { namesUsedUp: Array.from({ length: 40 }, (_, n) => n + 2) }),
    commands: { planned: [cancel], overseer: { everyMs: 300_000, does: 'resume' } },
  };
}

/** Requests that are refused. */
export function commandedAndRefused(seed: number): Scenario {
  return withThrottling(commanded(seed), randomOf(seed, 'throttling'));
}

/** Somebody aborts the execution; the tool starts the next one with the first command after that. */
export function commandedAfterAnAbort(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'abort');
  const abortSequencerAfterMs = random.integer(0, 400_000);
  const again = { after: 'made' as const, ms: abortSequencerAfterMs + random.integer(65_000, 600_000) };
  const { planned = [], overseer = drawOverseer(random) } = scenario.commands ?? {};
  return {
    ...scenario,
    abortSequencerAfterMs,
    commands: { planned: [...planned, { ...again, by: 'tool', wish: { does: 'resume' } }], overseer },
  };
}

/** Two people who step at about the same time, again and again, from where the run rests. */
export function steppedByTwo(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'steps');
  const at = (ms: number) => ({ after: 'releasing' as const, ms, by: 'tool' as const });
  const steps = Array.from({ length: random.integer(2, 5) }, (_, n) => {
    const ms = 10_000 * n + random.integer(2_000, 6_000);
    const step = () => ({ does: 'step' as const, events: random.integer(1, 3) });
    return [
      { ...at(ms), wish: step() },
      { ...at(ms + random.integer(0, 300)), wish: step() },
    ];
  });
  return {
    ...scenario,
    events: scenario.events.slice(0, 40),
    commands: {
      planned: [{ ...at(0), wish: { does: 'pause' } }, ...steps.flat()],
      overseer: { everyMs: 120_000, does: 'resume' },
    },
  };
}

/** Two people who set the pace at about the same time, again and again: of many a take-up the row is another one. */
export function pacedByTwo(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'paces');
  const pace = (ms: number): PlannedCommand => ({
    after: 'releasing',
    ms,
    by: 'tool',
    wish: { does: 'speed', speed: ['1', '0.5', '3', '10'][random.integer(0, 3)] as string },
  });
  const paces = Array.from({ length: 8 }, (_, n) => {
    const ms = 8_000 * n + random.integer(0, 6_000);
    return [pace(ms), pace(ms + random.integer(0, 1_500))];
  });
  return {
    ...scenario,
    events: scenario.events.slice(0, 40).map((event) => ({ ...event, second: random.integer(0, 90) })),
    playback: { ...scenario.playback, speed: 1, idleMs: Number.POSITIVE_INFINITY },
    commands: { planned: paces.flat(), overseer: { everyMs: 120_000, does: 'resume' } },
  };
}

/**
 * Hundreds of groups that are due at once, in one lane or two, whose appends are slow or refused; somebody stops the run
 * in the middle of them, and another call is at it, too.
 */
export function stoppedInALongBatch(seed: number): Scenario {
  const random = randomOf(seed, 'long batch');
  const scenario = commanded(seed);
  const lanes = seed % 3 === 1 ? 2 : 1;
  const events = Array.from({ length: random.integer(200, 400) }, (_, n) => ({
    id: `e-${n}`,
    second: Math.floor(n / 150),
    sequence: n,
    key: `key-${n % lanes}`,
  }));
  const stop = random.chance(0.7) ? ({ does: 'pause' } as const) : ({ does: 'cancel' } as const);
  return {
    ...scenario,
    events,
    playback: { speed: Number.POSITIVE_INFINITY, idleMs: 0, byKey: true, bySequence: true },
    settings: { ...scenario.settings, buckets: random.integer(1, 4), groupCount: 1 },
    ...(seed % 3 === 0 && { sequencersBesides: [1] }),
    ...(seed % 3 === 1 && { refuses: { of: 'lanes.', oneIn: 40, fromMs: 0, forMs: 86_400_000 } }),
    commands: {
      planned: [
        {
          after: 'appended',
          times: random.integer(1, 150),
          ms: random.integer(0, 100),
          by: 'tool',
          wish: stop,
        },
      ],
      overseer: { everyMs: 120_000, does: 'resume' },
    },
    mostTurns: 1_000_000,
  };
}

/** Nothing goes wrong: somebody sets a pace while a call walks, and another one pauses the run by hand a moment later. */
export function pausedInALongBatch(seed: number): Scenario {
  const { sequencersBesides: _, refuses: _refused, ...scenario } = stoppedInALongBatch(seed);
  const random = randomOf(seed, 'pace and pause');
  const at = { after: 'appended' as const, times: random.integer(100, 180) };
  return {
    ...scenario,
    commands: {
      planned: [
        { ...at, ms: 0, by: 'tool', wish: { does: 'speed', speed: 'max' } },
        { ...at, ms: random.integer(100, 900), by: 'hand', wish: { does: 'pause' } },
      ],
      overseer: { everyMs: 120_000, does: 'resume' },
    },
  };
}

/**
 * Several sequencers, of which each may have released the first event, and pages that are refused: what one has released
 * comes into the row by itself, when another is about to take up a plan that counts from nothing.
 */
export function commandedAtTheStart(seed: number): Scenario {
  const scenario = commanded(seed);
  const random = randomOf(seed, 'start');
  const events = [0, 2, 31, 60, 90].map((second, n) => ({
    id: `e-${n}`,
    second,
    sequence: n,
    key: `key-${n % 2}`,
  }));
  const planned: PlannedCommand[] = Array.from({ length: random.integer(4, 8) }, () => ({
    after: 'releasing',
    ms: random.integer(0, 4_000),
    by: random.chance(0.3) ? 'hand' : 'tool',
    wish: { does: 'speed', speed: ['3', '10', '0.5'][random.integer(0, 2)] as string },
  }));
  return {
    ...scenario,
    events,
    playback: { ...scenario.playback, speed: 1, idleMs: Number.POSITIVE_INFINITY },
    settings: { buckets: random.integer(1, 3), groupCount: 1 },
    sequencersBesides: [1, 1, 1, 1],
    refuses: { of: 'buffer.read', oneIn: 2, fromMs: 0, forMs: 86_400_000 },
    commands: { planned, overseer: { everyMs: 300_000, does: 'resume' } },
  };
}
