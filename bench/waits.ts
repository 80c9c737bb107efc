import { DAY_MS, MINUTE_MS } from '../src/core/limits';
import { costOfOurs, type Person } from './cost-runs';
import type { MeteredDynamoDb } from './dynalite';
import { makeEvents } from './events';
import { add, scale, type Usage } from './prices';

/** What a day costs in which a run does nothing but wait. */
export interface DayOfWaiting {
  /** Its next event is due in a day. */
  sparse: Usage;
  /** It is paused for a day. */
  paused: Usage;
}

/** Two events a day apart. */
const EVENTS = { count: 2, bytes: 1_024, perSecond: 1_000 / DAY_MS };
/** By then the release has begun; what comes before it is no wait of the release. */
const BEGUN_AFTER_MS = 10 * MINUTE_MS;

/** What the same two events use with a day of waiting and without. */
export async function measureDayOfWaiting(dynamodb: MeteredDynamoDb): Promise<DayOfWaiting> {
  const events = makeEvents(EVENTS);
  const run = async (speed: string, person?: Person) =>
    (await costOfOurs(dynamodb, events, speed, person)).used;
  const busy = await run('max');
  const beyond = (used: Usage) => add(used, scale(busy, -1));
  return { sparse: beyond(await run('1')), paused: beyond(await run('max', pauseForADay())) };
}

/** Pauses at the beginning, and goes on a day after the release has begun: by a clock, not by looking at the row. */
function pauseForADay(): Person {
  let resumeAtMs: number | undefined;
  let isOver = false;
  return async ({ write }, nowMs) => {
    if (resumeAtMs === undefined) {
      resumeAtMs = nowMs + BEGUN_AFTER_MS + DAY_MS;
      await write({ paused: true });
    } else if (!isOver && nowMs >= resumeAtMs) {
      isOver = true;
      await write({ paused: undefined });
    }
  };
}
