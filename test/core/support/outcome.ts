import { epochMsOf } from '../../../src/core/event/instant';
import { parsePosition } from '../../../src/core/event/position';
import type { Settings } from '../../../src/core/settings';
import type { Hook } from '../../fakes/intercept';
import type { World } from '../../fakes/world';
import { eventOf, originalOrder, REPLAY, type Sketch } from '../../support/events';

/** How a replay is to be played back, as the tests decide it. */
export interface Playback {
  speed: number;
  idleMs: number;
  /** Each `key` is a lane of its own. */
  byKey: boolean;
  /** The `sequence` orders within one second. */
  bySequence: boolean;
}

/** Watches the port calls of all actors of a world for reads and appends that come too early (R6). */
export function createWatch(
  world: World,
): Hook & { readonly tooEarly: string[]; appendedAtMs: Map<string, number> } {
  const tooEarly: string[] = [];
  const appendedAtMs = new Map<string, number>();
  let sealedAtMs = Number.POSITIVE_INFINITY;
  const { collectTimeoutMs, phaseCacheMs } = world.settings;
  return {
    tooEarly,
    appendedAtMs,
    before({ port, method }) {
      const reads = (port === 'buffer' && (method === 'read' || method === 'count')) || port === 'lanes';
      const readableAtMs = sealedAtMs + collectTimeoutMs + phaseCacheMs;
      if (reads && world.clock.now() < readableAtMs) {
        tooEarly.push(`${port}.${method} at ${world.clock.now()}, before ${readableAtMs}`);
      }
    },
    after({ port, method, args }, result) {
      if (port === 'replays' && method === 'save' && result) {
        if ((args[1] as { phase?: string }).phase === 'SEALED') sealedAtMs = world.clock.now();
      }
      if (port === 'lanes' && result === 'appended') {
        for (const { position } of args[1] as { position: string }[]) {
          appendedAtMs.set(position, world.clock.now());
        }
      }
    },
  };
}

/** Each lane's events in their original order, as JSON. */
export function expectedLanes(sketches: Sketch[], playback: Playback): Map<string, string[]> {
  const lanes = new Map<string, string[]>();
  for (const sketch of inOrder(sketches, playback)) {
    const lane = `${REPLAY}#${playback.byKey ? sketch.key : ''}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), JSON.stringify(eventOf(sketch))]);
  }
  return lanes;
}

function inOrder(sketches: Sketch[], { bySequence }: Playback): Sketch[] {
  const known = bySequence ? sketches : sketches.map((each) => ({ ...each, sequence: undefined }));
  const byId = new Map(sketches.map((each) => [each.id, each]));
  return [...known].sort(originalOrder).map(({ id }) => byId.get(id) as Sketch);
}

/** R1, R2, R3, R4, R5: the lanes hold exactly these events, each once, in order, without a gap. */
export function expectLanes(world: World, sketches: Sketch[], playback: Playback): void {
  const actual = new Map<string, string[]>();
  const last = new Map<string, { offset: number; position: string }>();
  for (const { lane, events, offset, position, positions } of world.lanes.log) {
    const before = last.get(lane) ?? { offset: -1, position: '' };
    expect(offset).toBe(before.offset + events.length);
    for (const [n, each] of positions.entries()) {
      expect(each > (n === 0 ? before.position : (positions[n - 1] as string))).toBe(true);
    }
    last.set(lane, { offset, position });
    actual.set(lane, [...(actual.get(lane) ?? []), ...events]);
  }
  expect(sorted(actual)).toEqual(sorted(expectedLanes(sketches, playback)));
}

/** R6: no event was appended before its time, reckoned from the first one's release. */
export function expectNeverEarly(
  world: World,
  watch: ReturnType<typeof createWatch>,
  playback: Playback,
): void {
  expect(watch.tooEarly).toEqual([]);
  let dueAtMs = world.replays.row(REPLAY)?.releaseStartedAtMs as number;
  let previousMs: number | undefined;
  for (const [position, atMs] of [...watch.appendedAtMs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const timeMs = epochMsOf(parsePosition(position).time);
    if (previousMs !== undefined)
      dueAtMs += Math.min((timeMs - previousMs) / playback.speed, playback.idleMs);
    previousMs = timeMs;
    expect(atMs).toBeGreaterThanOrEqual(dueAtMs - 1e-3);
  }
}

/** The stack's settings for a playback. */
export function settingsOf({ bySequence }: Playback, more: Partial<Settings> = {}): Partial<Settings> {
  return { tiebreaker: bySequence ? 'detail.sequence' : '', ...more };
}

/** A description as somebody would type it. */
export function descriptionOf({ speed, idleMs, byKey }: Playback): string {
  const words = [
    `speed=${speed === Number.POSITIVE_INFINITY ? 'max' : speed}`,
    `idle=${idleMs === Number.POSITIVE_INFINITY ? 'none' : `${idleMs}ms`}`,
    `orderingKey=${byKey ? 'detail.orderId' : 'none'}`,
  ];
  return words.join(' ');
}

/** The tiebreakers that the lanes' records carry, one for each event. */
export function tiebreakersOf(world: World): string[] {
  return world.lanes.log.flatMap(({ positions }) =>
    positions.map((position) => parsePosition(position).tiebreaker),
  );
}

function sorted<V>(map: Map<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
