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

/** Measured is a part of a day: no execution becomes so long in it that it goes on as another. */
const PARTS = 4;
const PART_MS = DAY_MS / PARTS;
/** Two events, as far apart. */
const EVENTS = { count: 2, bytes: 1_024, perSecond: 1_000 / PART_MS };
/** By then the release has begun; what comes before it is no wait of the release. */
const BEGUN_AFTER_MS = 10 * MINUTE_MS;

/** What the same two events use with that wait and without, for a whole day. */
export async function measureDayOfWaiting(dynamodb: MeteredDynamoDb): Promise<DayOfWaiting> {
  const events = makeEvents(EVENTS);
  const run = async (speed: string, person?: Person) =>
    (await costOfOurs(dynamodb, events, speed, person)).used;
  const busy = await run('max');
  const ofADay = (used: Usage) => scale(add(used, scale(busy, -1)), PARTS);
  return { sparse: ofADay(await run('1')), paused: ofADay(await run('max', pauseForAPart())) };
}

/** Pauses at the beginning, and goes on after that part: by a clock, not by looking at the row. */
function pauseForAPart(): Person {
  let resumeAtMs: number | undefined;
  let isOver = false;
  return async ({ write }, nowMs) => {
    if (resumeAtMs === undefined) {
      resumeAtMs = nowMs + BEGUN_AFTER_MS + PART_MS;
      await write({ paused: true });
    } else if (!isOver && nowMs >= resumeAtMs) {
      isOver = true;
      await write({ paused: undefined });
    }
  };
}
