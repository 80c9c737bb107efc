import { bucketOf, positionOf } from '../../src/core/collect/place';
import { parseEvent } from '../../src/core/event/envelope';
import { hasEnded, type ReplayRow } from '../../src/core/replay/row';
import { sequence } from '../../src/core/replay/sequence';
import { type RerunDeps, rerun } from '../../src/operator/rerun';
import type { RerunRequest } from '../../src/operator/run-request';
import type { World } from '../fakes/world';
import { REPLAY } from '../support/events';
import { eventAt } from '../support/replays';

let ids = 0;

/** What a rerun works with: the ports of the world, and ids that count. */
export function rerunDeps(world: World, changes: Partial<RerunDeps> = {}) {
  const told: { named: string[]; notStarted: string[] } = { named: [], notStarted: [] };
  const deps: RerunDeps = {
    clock: world.clock,
    replays: world.replays,
    buffer: world.buffer,
    runs: world.replays,
    starts: world.starts,
    newId: () => `id-${++ids}`,
    observer: {
      naming: (run) => void told.named.push(run),
      notStarted: (run) => void told.notStarted.push(run),
    },
    ...changes,
  };
  return { deps, told };
}

export const runAgain = (world: World, request: Omit<RerunRequest, 'replay'> = {}) =>
  rerun({ replay: REPLAY, ...request }, rerunDeps(world).deps);

/** Every call of a run's sequencer, each at its time, until the run has ended. */
export async function play(world: World, run: string): Promise<ReplayRow> {
  for (let calls = 0; calls < 5_000; calls++) {
    const answer = await sequence({ replay: run, generation: 1 }, world.sequenceDeps());
    const row = world.replays.row(run) as ReplayRow;
    if (hasEnded(row.phase)) return row;
    if ('resumeAt' in answer) world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
  }
  throw new Error(`${run} never ends.`);
}

/** An event that comes now, after the seal. */
export async function comesLate(world: World, second: number, id?: string): Promise<string> {
  const event = parseEvent(eventAt(second, id));
  const position = positionOf(event, { tiebreaker: '' });
  const { buckets } = world.settings;
  const times = {
    receivedAtMs: world.clock.now(),
    expiresAtMs: world.clock.now() + world.settings.retentionMs,
  };
  const key = { replay: REPLAY, bucket: bucketOf(event.id, buckets), position };
  await world.buffer.put(key, { json: event.json, late: true, ...times });
  return position;
}

/** Each lane of a run, without the run's name. */
export function lanesOf(world: World, run: string) {
  const lanes = [...world.lanes.contents()].filter(([lane]) => lane.startsWith(`${run}#`));
  return new Map(lanes.map(([lane, events]) => [lane.slice(run.length), events]));
}

/** Ids of what a run with one lane has released, in order. */
export function idsOf(world: World, run: string): string[] {
  return (lanesOf(world, run).get('#') ?? []).map(({ json }) => JSON.parse(json).id);
}
