import fc from 'fast-check';
import { createCollector } from '../../src/core/collect/collect';
import { sequence } from '../../src/core/replay/sequence';
import { byteOrder } from '../fakes/byte-order';
import { createWorld, type World } from '../fakes/world';
import { arrival, eventOf, eventSet, REPLAY, type Sketch, WINDOW_START_MS } from '../support/events';
import { releasingRow, worldWithReplay } from '../support/replays';
import { comesLate, idsOf, lanesOf, play, runAgain } from './support';

/** A replay of these events, collected and played to its end. */
async function played(events: Sketch[], order: number[], description: string): Promise<World> {
  const world = createWorld({ settings: { tiebreaker: 'detail.sequence' } });
  world.status.set(REPLAY, { state: 'COMPLETED', description });
  const collect = createCollector(world.collectDeps());
  for (const n of order) await collect(eventOf(events[n] as Sketch));
  expect(await play(world, REPLAY)).toMatchObject({ phase: 'DONE', collected: events.length });
  return world;
}

/** A set of events at these seconds that was released, and time to spare. */
async function setOf(seconds: number[], timeToLive?: Parameters<typeof worldWithReplay>[2]): Promise<World> {
  const row = { ...releasingRow(seconds, { speed: 'max' }), sealedAtMs: createWorld().clock.now() };
  const world = await worldWithReplay(row, seconds, timeToLive);
  await play(world, REPLAY);
  return world;
}

const anySet = eventSet({ maxLength: 25 }).chain((events) =>
  fc.record({ events: fc.constant(events), order: arrival(events.length) }),
);
const options = fc.constantFrom(
  'speed=max',
  'speed=10 orderingKey=detail.orderId',
  'idle=1s orderingKey=detail',
);

test('R5: given any set and options, then a rerun with the same options gives the lanes of the first run, event for event', async () => {
  await fc.assert(
    fc.asyncProperty(anySet, options, async ({ events, order }, description) => {
      const world = await played(events, order, description);
      const run = await runAgain(world);
      expect(await play(world, run)).toMatchObject({ phase: 'DONE', collected: events.length });
      expect(lanesOf(world, run)).toEqual(lanesOf(world, REPLAY));
    }),
    { numRuns: 40 },
  );
});

const seconds = fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 20 });

test('R1, R2: given any bounds, then a rerun has what is between them, and no more', async () => {
  const position = (second: number) => `${timeOf(second)}##e-${second}`;
  const timeOf = (second: number) =>
    `${new Date(WINDOW_START_MS + second * 1_000).toISOString().slice(0, -1)}000000Z`;
  const bound = fc.option(fc.record({ second: fc.nat(30), isTime: fc.boolean() }), { nil: undefined });
  const textOf = ({ second, isTime }: { second: number; isTime: boolean }) =>
    isTime ? new Date(WINDOW_START_MS + second * 1_000).toISOString() : position(second);
  await fc.assert(
    fc.asyncProperty(seconds, bound, bound, fc.boolean(), async (set, start, end, isAfter) => {
      const first = start && start.second + (isAfter ? 1 : 0);
      fc.pre(first === undefined || end === undefined || first < end.second);
      const world = await setOf(set);
      const run = await runAgain(world, {
        ...(start && { [isAfter ? 'after' : 'from']: textOf(start) }),
        ...(end && { to: textOf(end) }),
      });
      await play(world, run);
      const between = set
        .filter((second) => second >= (first ?? 0) && (end === undefined || second < end.second))
        .sort((one, other) => one - other);
      expect(idsOf(world, run)).toEqual(between.map((second) => `e-${second}`));
    }),
    { numRuns: 60 },
  );
});

test('R1, R2: given any late events, then a run of all has each in its right place, and a run of what was sealed none', async () => {
  await fc.assert(
    fc.asyncProperty(seconds, fc.array(fc.nat(30), { maxLength: 10 }), async (set, late) => {
      const world = await setOf(set);
      const ids: string[] = [];
      for (const [n, second] of late.entries()) {
        await comesLate(world, second, `late-${n}`);
        ids.push(`late-${n}`);
      }
      const [all, sealed] = [await runAgain(world, { include: 'all' }), await runAgain(world)];
      expect(await play(world, all)).toMatchObject({ phase: 'DONE', collected: set.length + late.length });
      await play(world, sealed);
      const positions = (lanesOf(world, all).get('#') ?? []).map(({ position }) => position);
      expect(positions).toEqual([...positions].sort(byteOrder));
      expect(
        idsOf(world, all)
          .filter((id) => id.startsWith('late'))
          .sort(),
      ).toEqual(ids.sort());
      expect(idsOf(world, sealed)).toEqual(idsOf(world, REPLAY));
    }),
    { numRuns: 40 },
  );
});

test('R1, R4: given late events at any time, then late runs that are DONE have each once, whatever became of the others', async () => {
  const act = fc.constantFrom('comes', 'comes', 'comes', 'runs', 'isCancelled', 'runsAll', 'time');
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      const world = await setOf([0, 10, 20]);
      const [came, covered] = [new Set<string>(), new Set<string>()];
      const late: string[] = [];
      for (const [n, each] of acts.entries()) {
        if (each === 'time') world.clock.advance(n % 3);
        else if (each === 'comes') {
          await comesLate(world, n % 30, `late-${n}`);
          came.add(`late-${n}`);
        } else {
          const run = await runAgain(world, { include: each === 'runsAll' ? 'all' : 'late' });
          if (each === 'isCancelled') {
            await sequence({ replay: run, generation: 1 }, world.sequenceDeps());
            const row = world.replays.row(run);
            if (row) row.phase = 'CANCELLED';
            continue;
          }
          expect(await play(world, run)).toMatchObject({ phase: 'DONE' });
          const ids = idsOf(world, run).filter((id) => id.startsWith('late'));
          if (each === 'runs') late.push(...ids);
          for (const id of ids) covered.add(id);
          // No gap: what has come by now is out.
          expect([...came].filter((id) => !covered.has(id))).toEqual([]);
        }
      }
      expect(late).toHaveLength(new Set(late).size);
    }),
    { numRuns: 60 },
  );
});

test('R4, R5: given runs side by side, step by step in any order, then none touches another', async () => {
  const requests = [{}, { include: 'late' }, { include: 'all' }, { orderingKey: 'detail.orderId' }] as const;
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(10)), async (turns) => {
      const world = await setOf([0, 1, 2, 3, 4, 5, 6, 7]);
      await comesLate(world, 3, 'late');
      const before = structuredClone(world.replays.row(REPLAY));
      const runs: string[] = [];
      for (const request of requests) runs.push(await runAgain(world, { ...request, speed: '1' }));
      const left = new Set(runs);
      while (left.size > 0) {
        const run = [...left][(turns.next().value ?? 0) % left.size] as string;
        const deadlineMs = world.clock.now() + 101_000;
        const remainingMs = () => deadlineMs - world.clock.now();
        await sequence({ replay: run, generation: 1 }, world.sequenceDeps({ remainingMs }));
        if (world.replays.row(run)?.phase === 'DONE') left.delete(run);
        world.clock.advance(300);
      }
      expect(runs.map((run) => idsOf(world, run).length)).toEqual([8, 1, 9, 0]);
      expect(lanesOf(world, runs[3] as string).get('#o-1')).toHaveLength(8);
      expect(idsOf(world, runs[0] as string)).toEqual(idsOf(world, REPLAY));
      expect(idsOf(world, runs[1] as string)).toEqual(['late']);
      expect(idsOf(world, runs[2] as string)).toContain('late');
      expect(world.replays.row(REPLAY)).toEqual(before);
    }),
    { numRuns: 20 },
  );
});

test('R1, R3: given the time to live strikes row, set and lanes in any order, then a run ends with all, or says that it was too late', async () => {
  const DAY_MS = 86_400_000;
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat(3 * DAY_MS)),
      fc.integer({ min: 0, max: 15 }),
      fc.constantFrom('1', '4', '100'),
      async (lingers, dayOfTheRun, speed) => {
        let nowMs = () => 0;
        const timeToLive = { now: () => nowMs(), lingersMs: () => lingers.next().value ?? 0 };
        const days = [0, 3, 6, 9].map((day) => day * 86_400);
        const world = await setOf(days, { timeToLive });
        nowMs = world.clock.now;
        const set = world.replays.row(REPLAY);
        if (!set) throw new Error('no row');
        // The stack's retention has become a day: its lanes would go before the next event of theirs comes.
        world.settings.retentionMs = DAY_MS;
        world.clock.advance(dayOfTheRun * DAY_MS);
        const attempt = runAgain(world, { speed, idle: '100d' });
        if (dayOfTheRun >= 14) {
          await expect(attempt).rejects.toMatchObject({ code: 'RunRefused' });
          return;
        }
        const { phase, errorCode } = await play(world, await attempt);
        const playbackMs = (9 * DAY_MS) / Number(speed);
        if (dayOfTheRun * DAY_MS + playbackMs < 14 * DAY_MS) expect(phase).toBe('DONE');
        else
          expect({ phase, errorCode }).toEqual({ phase: 'FAILED', errorCode: 'PlaybackOutlivesRetention' });
        const appends = world.lanes.log.filter(({ lane }) => lane === `${REPLAY}@2#`);
        expect(appends.map(({ offset }) => offset)).toEqual(appends.map((_, n) => n));
        expect(idsOf(world, `${REPLAY}@2`)).toEqual(days.slice(0, appends.length).map((day) => `e-${day}`));
      },
    ),
    { numRuns: 40 },
  );
});
