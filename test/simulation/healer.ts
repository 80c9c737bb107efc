import type { SequencerInput } from '../../src/core/ports';
import { REPLAY } from '../support/events';
import type { LambdaFunction } from './lambda';
import type { World } from './world';

/** The rate of the rule `HealRule`. */
const EVERY_MS = 5 * 60_000;
/** EventBridge's schedules are on time to the minute. */
const MOST_LATE_MS = 60_000;
/**
 * A run in which nothing runs for so long comes to rest: longer than the longest `Wait`, the grace of a lease and the
 * longest delay between two restarts together.
 */
const RESTS_AFTER_LOOKS = 32;
/** After a failure Lambda tries an event twice more. */
const RETRIES_AFTER_MS = [60_000, 120_000];
const ENDED: readonly (string | undefined)[] = ['DONE', 'CANCELLED', 'FAILED'];

/**
 * What calls the function `heal`: a schedule, and Step Functions' events about executions that did not succeed, which
 * are best effort: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 *
 * Both call it asynchronously: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function healer(world: World, heal: LambdaFunction) {
  const { scheduler, tables, running, scenario } = world;
  const random = world.random('healer');
  let isLooking = false;
  let looksInVain = 0;

  async function invoke(input: unknown): Promise<void> {
    for (const pauseMs of [...RETRIES_AFTER_MS, undefined]) {
      if ((await heal(input)).ok || pauseMs === undefined) return;
      await scheduler.sleep(pauseMs);
    }
  }

  function look(): void {
    looksInVain = running.length > 0 ? 0 : looksInVain + 1;
    const isOver = tables.replays.names.every((name) => ENDED.includes(tables.replays.row(name)?.phase));
    const isThere = tables.replays.row(REPLAY) !== undefined;
    isLooking = !(isThere && isOver) && looksInVain <= RESTS_AFTER_LOOKS;
    if (!isLooking) return;
    scheduler.spawn(() => invoke({ source: 'aws.events' }), random.integer(0, MOST_LATE_MS));
    scheduler.at(EVERY_MS, look);
  }

  return {
    /** For as long as a run has not ended, and anything happens. */
    goesOn(): void {
      looksInVain = 0;
      if (isLooking) return;
      isLooking = true;
      scheduler.at(random.integer(0, EVERY_MS), look);
    },
    /** Half of the events are lost; others are late, or come twice. */
    executionEnded({ replay, generation }: SequencerInput, status: 'FAILED' | 'ABORTED'): void {
      looksInVain = 0;
      const times = random.integer(0, 3) - 1;
      const detail = { name: `${replay}.${generation}`, status };
      if (scenario.statusEventsAreLost) return;
      for (let n = 0; n < times; n++) {
        const delayMs = random.integer(50, random.chance(0.5) ? 30 * 60_000 : 5_000);
        scheduler.spawn(() => invoke({ source: 'aws.states', detail }), delayMs);
      }
    },
  };
}
