import fc from 'fast-check';
import type { EventBuffer, Replays } from '../../../src/core/ports';
import type { ReplayRow } from '../../../src/core/replay/row';
import { sequence } from '../../../src/core/replay/sequence';
import { countOn } from '../../../src/core/seal/count';
import { memoryEventBuffer } from '../../fakes/event-buffer';
import type { World } from '../../fakes/world';
import { REPLAY } from '../../support/events';
import { rowOf, worldWithReplay } from '../../support/replays';

const STATE = { replay: REPLAY, generation: 1 };
const HOUR_MS = 3_600_000;

/** A sealed replay whose dwell is over. */
function sealedWorld(changes: Partial<ReplayRow> = {}): Promise<World> {
  return worldWithReplay({ phase: 'SEALED', options: {}, sealedAtMs: 0, ...changes });
}

/** A set of so many pages in each bucket, each of so many events; to count a page takes so long, of all buckets. */
function generated(world: World, { pages, events, pageMs }: Record<'pages' | 'events' | 'pageMs', number>) {
  const { buckets } = rowOf(world);
  const buffer: EventBuffer = {
    ...world.buffer,
    async count(_set, _bucket, _selection, after) {
      world.clock.advance(pageMs / buckets);
      const page = after === undefined ? 1 : Number(after) + 1;
      return { events, ...(page < pages && { upTo: String(page) }) };
    },
    read: () => Promise.reject(new Error('The set is released.')),
  };
  return buffer;
}

/** Calls until the set is counted; each has 300 s. */
async function countedIn(world: World, buffer: EventBuffer): Promise<number> {
  for (let calls = 1; calls < 10_000; calls++) {
    // What comes after the count is not there.
    await sequence(STATE, { ...world.sequenceDeps(), buffer }).catch((error: unknown) => {
      if (rowOf(world).phase !== 'RELEASING') throw error;
    });
    if (rowOf(world).phase !== 'SEALED') return calls;
  }
  throw new Error('This never came.');
}

test('R1, R7: given a set of a terabyte, then it is counted in steps, in hours, exactly', async () => {
  const world = await sealedWorld();
  const startMs = world.clock.now();
  const pages = 1_000_000 / rowOf(world).buckets;
  const buffer = generated(world, { pages, events: 997, pageMs: 85 });
  expect(await countedIn(world, buffer)).toBeGreaterThan(30);
  expect(rowOf(world)).toMatchObject({ phase: 'RELEASING', collected: 997_000_000 });
  expect(rowOf(world)).not.toHaveProperty('counting');
  expect((world.clock.now() - startMs) / HOUR_MS).toBeCloseTo(3, 0);
});

test('given a small set, then it is counted in one step, a request a bucket, and nothing is kept of it', async () => {
  const world = await worldWithReplay({ phase: 'SEALED', options: {}, sealedAtMs: 0 }, [0, 1, 2]);
  await sequence(STATE, world.sequenceDeps());
  expect(world.buffer.calls.filter(({ method }) => method === 'count')).toHaveLength(world.settings.buckets);
  const saved = world.replays.calls.filter(({ method, args }) => method === 'save' && hasCounts(args[1]));
  expect(saved).toEqual([]);
  expect(rowOf(world).collected).toBe(3);
});

const hasCounts = (changes: unknown) => (changes as Partial<ReplayRow>).counting !== undefined;

const anySet = fc.uniqueArray(fc.record({ n: fc.nat(10_000), bucket: fc.nat(3), late: fc.boolean() }), {
  selector: ({ n }) => n,
  maxLength: 60,
});

test('R1: given any set, any pages and any interruptions, then the count is the same', async () => {
  const failures = fc.infiniteStream(fc.constantFrom('no', 'no', 'no', 'before', 'after', 'slow'));
  await fc.assert(
    fc.asyncProperty(
      anySet,
      fc.integer({ min: 1, max: 7 }),
      failures,
      async (set, countPageEvents, fates) => {
        const world = await sealedWorld({ buckets: 4 });
        const stored = memoryEventBuffer({ countPageEvents });
        for (const { n, bucket, late } of set) {
          const key = { replay: REPLAY, bucket, position: `p${String(n).padStart(5, '0')}` };
          await stored.put(key, { json: '{}', late, receivedAtMs: 0, expiresAtMs: 0 });
        }
        const buffer: EventBuffer = {
          ...stored,
          async count(...query) {
            const fate = fates.next().value;
            if (fate === 'before') throw new Error('throttled');
            if (fate === 'slow') world.clock.advance(6_000);
            const page = await stored.count(...query);
            if (fate === 'after') throw new Error('answer lost');
            return page;
          },
        };
        let row = rowOf(world);
        for (let steps = 0; steps < 1_000 && !row.counting?.every(({ done }) => done); steps++) {
          const counting = await countOn(row, { ...world.sequenceDeps(), buffer }).catch(() => row.counting);
          row = { ...row, ...(counting && { counting }) };
        }
        const counted = row.counting?.map(({ events }) => events);
        expect(counted).toEqual(
          [0, 1, 2, 3].map((n) => set.filter(({ bucket, late }) => bucket === n && !late).length),
        );
      },
    ),
  );
});

test('given a page that fails after others were counted, then those are kept; given none was counted, then it throws', async () => {
  const world = await sealedWorld({ buckets: 2 });
  const buffer = generated(world, { pages: 3, events: 10, pageMs: 1 });
  const failing = (from: number): EventBuffer => {
    let calls = 0;
    return {
      ...buffer,
      count: (...query) =>
        ++calls >= from ? Promise.reject(new Error('throttled')) : buffer.count(...query),
    };
  };
  const row = rowOf(world);
  await expect(countOn(row, { ...world.sequenceDeps(), buffer: failing(1) })).rejects.toThrow('throttled');
  const counting = await countOn(row, { ...world.sequenceDeps(), buffer: failing(4) });
  expect(counting.reduce((sum, { events }) => sum + events, 0)).toBe(30);
  const counted = await countOn({ ...row, counting }, { ...world.sequenceDeps(), buffer });
  expect(counted).toEqual([
    { events: 30, done: true },
    { events: 30, done: true },
  ]);
});

test('given the time for which events are kept runs out while they are counted, then the replay ends and says so', async () => {
  const world = await sealedWorld();
  const buffer = generated(world, { pages: 1_000, events: 10, pageMs: world.settings.retentionMs / 500 });
  await countedIn(world, buffer);
  expect(rowOf(world)).toMatchObject({ phase: 'FAILED', errorCode: 'PlaybackOutlivesRetention' });
});

test('given somebody cancels the replay while it is counted, then that stops within a step', async () => {
  const world = await sealedWorld();
  const buffer = generated(world, { pages: 100_000, events: 10, pageMs: 1_000 });
  await sequence(STATE, { ...world.sequenceDeps(), buffer });
  rowOf(world).phase = 'CANCELLED';
  const cancelledAtMs = world.clock.now();
  expect(await sequence(STATE, { ...world.sequenceDeps(), buffer })).toMatchObject({ action: 'done' });
  expect(world.clock.now() - cancelledAtMs).toBeLessThan(10_000);
});

test('given two sequencers that count from one place, then the later save is refused, and the count never goes back', async () => {
  const world = await sealedWorld();
  const buffer = generated(world, { pages: 40, events: 10, pageMs: 1_000 });
  const saves: { events: number; saved: boolean }[] = [];
  const replays: Replays = {
    ...world.replays,
    async save(replay, changes, guard) {
      const saved = await world.replays.save(replay, changes, guard);
      const { counting } = changes;
      if (counting) saves.push({ events: counting.reduce((sum, { events }) => sum + events, 0), saved });
      return saved;
    },
  };
  let isOvertaken = false;
  const overtaken: EventBuffer = {
    ...buffer,
    async count(...query) {
      if (!isOvertaken) {
        isOvertaken = true;
        // The other one takes two steps before this one has its first page.
        const endsAtMs = world.clock.now() + 109_000;
        const remainingMs = () => endsAtMs - world.clock.now();
        await sequence(STATE, { ...world.sequenceDeps({ remainingMs }), replays, buffer });
      }
      return buffer.count(...query);
    },
  };
  await sequence(STATE, { ...world.sequenceDeps(), replays, buffer: overtaken }).catch(() => undefined);
  expect(rowOf(world)).toMatchObject({ phase: 'RELEASING', collected: 40 * 10 * world.settings.buckets });
  expect(saves.filter(({ saved }) => !saved)).toHaveLength(1);
  const kept = saves.filter(({ saved }) => saved).map(({ events }) => events);
  expect(kept.length).toBeGreaterThan(3);
  expect(kept).toEqual([...new Set(kept)].sort((one, other) => one - other));
});
