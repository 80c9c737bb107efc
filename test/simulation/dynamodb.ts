import type { Life } from './life';
import { idIn } from './oracle';
import type { Stores } from './protocol';
import { request } from './request';
import type { SlowRequest } from './scenario';
import type { World } from './world';

/** The three tables as one process reaches them. */
export function dynamoDb(world: World, life: Life): Stores {
  const { buffer, replays, lanes } = world.stores;
  const { checkers, listeners, scenario } = world;
  const slowPuts = new Map(scenario.events.map(({ id, slowPut }) => [id, slowPut]));
  const call = <T>(name: () => string, effect: () => Promise<T>, slow?: SlowRequest) =>
    request(world, life, name, effect, slow);
  const stores: Stores = {
    buffer: {
      async put(key, event) {
        const outcome = await call(
          () => `put ${key.position}${event.late ? ' as late' : ''}`,
          () => buffer.put(key, event),
          slowPuts.get(idIn(event.json)),
        );
        const { late, lateCounted } =
          outcome === 'stored' ? { late: event.late, lateCounted: false } : outcome.existing;
        if (late && !lateCounted) checkers.findsUncounted();
        return outcome;
      },
      addDuplicate: (key) =>
        call(
          () => `count a duplicate of ${key.position}`,
          () => buffer.addDuplicate(key),
        ),
      markLateCounted: (key) =>
        call(
          () => `mark ${key.position} as counted`,
          () => buffer.markLateCounted(key),
        ),
      read: (replay, bucket, after, limit) =>
        call(
          () => `read bucket ${bucket} after ${after ?? 'nothing'}`,
          () => {
            checkers.readsBuffer();
            return buffer.read(replay, bucket, after, limit);
          },
        ),
      count: (replay, bucket) =>
        call(
          () => `count bucket ${bucket}`,
          () => {
            checkers.readsBuffer();
            return buffer.count(replay, bucket);
          },
        ),
    },
    replays: {
      get: (replay) =>
        call(
          () => 'get row',
          () => replays.get(replay),
        ),
      create: (row) =>
        call(
          () => 'create row',
          () => replays.create(row),
        ),
      save: (replay, changes, guard) =>
        call(
          () => `save row ${JSON.stringify(changes)}`,
          async () => {
            const saved = await replays.save(replay, changes, guard);
            if (saved) {
              checkers.rowSaved(changes);
              listeners.rowSaved(changes);
            }
            return saved;
          },
        ),
      addLate(replay) {
        let effects = 0;
        return call(
          () => 'count a late event',
          async () => {
            await replays.addLate(replay);
            if (++effects === 1) checkers.countsLate();
          },
        );
      },
    },
    lanes: {
      append: (lane, events, expiresAtMs) =>
        call(
          () => `append ${events.map(({ position }) => position).join(' ')} to ${lane}`,
          async () => {
            const outcome = await lanes.append(lane, events, expiresAtMs);
            if (outcome === 'appended') {
              checkers.appended(life.clock.now());
              listeners.appended();
            }
            return outcome;
          },
        ),
    },
  };
  return world.protocol.bendRequests?.(stores, world.tables) ?? stores;
}
