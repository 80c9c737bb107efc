import type { ReplayRow, RowChanges } from '../../src/core/replay/row';
import { REPLAY } from '../support/events';
import type { Life } from './life';
import { idIn } from './oracle';
import type { Stores } from './protocol';
import { request } from './request';
import type { SlowRequest } from './scenario';
import type { World } from './world';

/** As `src/aws/histories.ts` gives a request up; what is on its way arrives all the same. */
const HISTORY_GIVEN_UP_MS = 1_000;

/** The arrival mark that `collect` writes, alone. */
const isMark = (changes: RowChanges) => Object.keys(changes).join() === 'lastArrivalAtMs';

const rowOf = (replay: string) => (replay === REPLAY ? 'row' : `row of ${replay}`);

/** The three tables as one process reaches them. */
export function dynamoDb(world: World, life: Life): Stores {
  const { buffer, replays, histories, lanes } = world.stores;
  const { checkers, listeners, tables } = world;
  const memory = checkers.memoryOf(life);
  const call = <T>(method: string, name: () => string, effect: () => Promise<T>, slow?: SlowRequest) =>
    request(world, life, method, name, effect, slow);
  const inTime = <T>(what: string, work: Promise<T>): Promise<T> =>
    Promise.race([
      work,
      life.clock.sleep(HISTORY_GIVEN_UP_MS).then((): never => {
        throw world.protocol.unavailable(what, new Error('given up'));
      }),
    ]);
  /** Whether the row said when this process last looked, or saved, that its sequencer has been aborted. */
  let knowsOfAbort = false;
  const looking = async <T>(replay: string, look: () => Promise<T>): Promise<T> => {
    const isAborted = checkers.isAborted(replay);
    const found = await look();
    knowsOfAbort = isAborted;
    return found;
  };
  const stores: Stores = {
    buffer: {
      async put(key, event) {
        const outcome = await call(
          'buffer.put',
          () => `put ${key.position}${event.late ? ' as late' : ''}`,
          async () => {
            const outcome = await buffer.put(key, event);
            if (outcome === 'stored') checkers.expires(key.position, event.expiresAtMs);
            if (outcome === 'stored' && event.late) checkers.storedAsLate(key);
            if (outcome === 'stored' && !event.late) checkers.storedInTime(idIn(event.json));
            return outcome;
          },
          world.slowPut(idIn(event.json)),
        );
        const { late, lateCounted } =
          outcome === 'stored' ? { late: event.late, lateCounted: false } : outcome.existing;
        if (late && !lateCounted) checkers.findsUncounted(outcome !== 'stored');
        return outcome;
      },
      addDuplicate: (key) =>
        call(
          'buffer.addDuplicate',
          () => `count a duplicate of ${key.position}`,
          () => buffer.addDuplicate(key),
        ),
      markLateCounted: (key) =>
        call(
          'buffer.markLateCounted',
          () => `mark ${key.position} as counted`,
          () => buffer.markLateCounted(key),
        ),
      async read(set, bucket, selection, after, limit) {
        const page = await call(
          `buffer.read up to ${limit}`,
          () => `read bucket ${bucket} after ${after ?? 'nothing'}`,
          () => {
            checkers.readsBuffer();
            return buffer.read(set, bucket, selection, after, limit);
          },
          { sentAfterMs: world.scenario.readMs ?? 0, onItsWayMs: 0 },
        );
        memory.reads(bucket, after, page.events);
        return page;
      },
      count: (set, bucket, selection, after) =>
        call(
          'buffer.count',
          () => `count bucket ${bucket} after ${after ?? 'nothing'}`,
          () => {
            checkers.readsBuffer();
            return buffer.count(set, bucket, selection, after);
          },
          world.scenario.counts && { sentAfterMs: world.scenario.counts.pageMs, onItsWayMs: 0 },
        ),
    },
    replays: {
      get: (replay) =>
        looking(replay, () =>
          call(
            'replays.get',
            () => `get ${rowOf(replay)}`,
            () => replays.get(replay),
          ),
        ),
      create: (row) =>
        call(
          'replays.create',
          () => 'create row',
          async () => {
            const isNew = tables.replays.row(row.replay)?.createdAtMs === undefined;
            const made = await replays.create(row);
            if (isNew) listeners.rowMade();
            return made;
          },
        ),
      save: (replay, changes, guard) =>
        looking(replay, () =>
          call(
            'replays.save',
            () => `save ${rowOf(replay)} ${JSON.stringify(changes)}`,
            async () => {
              if (world.scenario.marksAreLost && isMark(changes)) {
                throw world.protocol.unavailable('DynamoDB', new Error('throttled'));
              }
              const before = tables.replays.row(replay) as ReplayRow;
              const saved = await replays.save(replay, changes, guard);
              if (saved) {
                checkers.rowSaved(life, replay, changes, before);
                if (replay !== REPLAY) return saved;
                if (changes.phase === 'RELEASING') world.requests.clear();
                listeners.rowSaved(changes);
              }
              return saved;
            },
          ),
        ),
      add: (row) =>
        call(
          'replays.add',
          () => `make ${rowOf(row.replay)}`,
          async () => {
            const made = await replays.add(row);
            if (made) checkers.rerunMade(row);
            if (made) listeners.rerunMade(row.replay);
            return made;
          },
        ),
      addLate(replay) {
        let effects = 0;
        return call(
          'replays.addLate',
          () => 'count a late event',
          async () => {
            await replays.addLate(replay);
            if (++effects === 1) checkers.countsLate();
          },
        );
      },
      notEnded: () =>
        call(
          'replays.notEnded',
          () => 'look for replays that have not ended',
          () => replays.notEnded(),
        ),
    },
    histories: {
      get: (run) =>
        inTime(
          'history',
          call(
            'histories.get',
            () => 'get history',
            () => histories.get(run),
          ),
        ),
      put: (run, history, read) =>
        inTime(
          'history',
          call(
            'histories.put',
            () => `put history of ${history.points.length} points`,
            async () => {
              const isWritten = await histories.put(run, history, read);
              if (isWritten) checkers.historyWritten(run, history);
              return isWritten;
            },
          ),
        ),
    },
    lanes: {
      async append(lane, events, expiresAtMs, consumers) {
        checkers.appends(life, lane, knowsOfAbort, events);
        life.appends++;
        const appending = call(
          'lanes.append',
          () => `append ${events.map(({ position }) => position).join(' ')} to ${lane}`,
          async () => {
            const outcome = await lanes.append(lane, events, expiresAtMs, consumers);
            memory.appends(events, outcome);
            if (outcome === 'appended') {
              checkers.appended(life.clock.now());
              listeners.appended();
            }
            return outcome;
          },
        );
        try {
          const outcome = await appending;
          checkers.hasAppended(life, lane, events, outcome);
          return outcome;
        } finally {
          life.appends--;
        }
      },
    },
  };
  return world.protocol.bendRequests?.(stores, tables) ?? stores;
}
