import { bucketOf, positionOf } from '../../src/core/collect/place';
import { parseEvent } from '../../src/core/event/envelope';
import { DEFAULT_OPTIONS, type OptionTexts } from '../../src/core/replay/options';
import type { Phase, ReplayRow } from '../../src/core/replay/row';
import { createWorld, type World, type WorldOptions } from '../fakes/world';
import { envelope, REPLAY, WINDOW_START_MS } from './events';

/** An event so many seconds after the window's start. */
export function eventAt(second: number, id = `e-${second}`) {
  return envelope({ id, time: new Date(WINDOW_START_MS + second * 1_000).toISOString() });
}

/** A phase with what a row has in it, for one that somebody changes by hand. */
export function phaseWithItsNeeds(phase: Phase, nowMs: number): Partial<ReplayRow> {
  const needs: Partial<Record<Phase, Partial<ReplayRow>>> = {
    SEALED: { options: DEFAULT_OPTIONS, completedAtMs: nowMs },
    RELEASING: { options: DEFAULT_OPTIONS, collected: 0, releaseStartedAtMs: nowMs },
  };
  return { phase, ...needs[phase] };
}

/** A world with one replay that is in some phase, and with these events in its buffer. */
export async function worldWithReplay(
  changes: Partial<ReplayRow>,
  seconds: number[] = [],
  options: WorldOptions = {},
): Promise<World> {
  const world = createWorld(options);
  const nowMs = world.clock.now();
  const { buckets } = world.settings;
  await world.replays.create({
    replay: REPLAY,
    phase: 'COLLECTING',
    generation: 1,
    leaseUntilMs: nowMs + 1,
    buckets,
    tiebreaker: '',
    createdAtMs: nowMs,
    retainedUntilMs: nowMs + world.settings.retentionMs,
    late: 0,
    expiresAtMs: 9e12,
    ...(changes.phase && phaseWithItsNeeds(changes.phase, nowMs)),
    ...changes,
  });
  for (const second of seconds) {
    const event = parseEvent(eventAt(second));
    const key = {
      replay: REPLAY,
      bucket: bucketOf(event.id, buckets),
      position: positionOf(event, { tiebreaker: '', ...changes }),
    };
    const times = { receivedAtMs: nowMs, expiresAtMs: nowMs + world.settings.retentionMs };
    await world.buffer.put(key, { json: event.json, late: false, ...times });
  }
  return world;
}

/** A replay whose set was just sealed and opened. */
export function releasingRow(seconds: number[], options: Partial<OptionTexts> = {}): Partial<ReplayRow> {
  return {
    phase: 'RELEASING',
    options: { ...DEFAULT_OPTIONS, ...options },
    collected: seconds.length,
    releaseStartedAtMs: createWorld().clock.now(),
  };
}

export const rowOf = (world: World) => world.replays.row(REPLAY) as ReplayRow;

/** Ids of the events in a lane, in order. */
export function released(world: World, lane = `${REPLAY}#`): string[] {
  return (world.lanes.contents().get(lane) ?? []).map(({ json }) => JSON.parse(json).id);
}
