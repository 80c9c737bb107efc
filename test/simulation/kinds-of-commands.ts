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
