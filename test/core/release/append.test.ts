import fc from 'fast-check';
import { APPEND_CONCURRENCY, MAX_APPEND_BYTES } from '../../../src/core/limits';
import { appendDue, type DueEvent } from '../../../src/core/release/append';
import { memoryLanes } from '../../fakes/lanes';

const due = (n: number, lane: string, bytes = 2): DueEvent => ({
  lane,
  position: `2026-11-01T00:00:00.000000000Z##${String(n).padStart(6, '0')}`,
  tiebreaker: '',
  json: 'x'.repeat(bytes),
  eventTimeMs: n,
  dueAtMs: n,
  duplicates: 0,
});

const someDue = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.oneof(fc.constant(2), fc.integer({ min: 1, max: 100_000 }))), {
    maxLength: 40,
  })
  .map((drawn) => drawn.map(([lane, bytes], n) => due(n, `lane-${lane}`, bytes)));

function terms(groupCount: number) {
  const told: DueEvent[] = [];
  return {
    told,
    groupCount,
    expiresAtMs: 5,
    appended: (group: DueEvent[]) => void told.push(...group),
    goesOn: () => true,
  };
}

test('R2, R3: given due events, then each lane gets its own in order, in groups within the count and the bytes', async () => {
  await fc.assert(
    fc.asyncProperty(someDue, fc.integer({ min: 1, max: 50 }), async (events, groupCount) => {
      const lanes = memoryLanes();
      const groups = terms(groupCount);
      await appendDue(lanes, events, groups);
      for (const [lane, contents] of lanes.contents()) {
        expect(contents).toEqual(
          events.filter((each) => each.lane === lane).map(({ position, json }) => ({ position, json })),
        );
        expect(lanes.image(lane)?.offset).toBe(contents.length - 1);
      }
      for (const { events: group } of lanes.log) {
        const bytes = group.join('').length;
        expect(group.length).toBeLessThanOrEqual(groupCount);
        if (group.length > 1) expect(bytes).toBeLessThanOrEqual(MAX_APPEND_BYTES);
      }
      expect(new Set(groups.told)).toEqual(new Set(events));
      expect(groups.told).toHaveLength(events.length);
    }),
  );
});

test('given events of one lane, then no two neighbouring groups would have fitted into one', async () => {
  await fc.assert(
    fc.asyncProperty(someDue, fc.integer({ min: 1, max: 50 }), async (drawn, groupCount) => {
      const lanes = memoryLanes();
      await appendDue(
        lanes,
        drawn.map((each) => ({ ...each, lane: 'one' })),
        terms(groupCount),
      );
      for (const [n, { events: group }] of lanes.log.entries()) {
        const next = lanes.log[n + 1]?.events[0];
        if (next === undefined || group.length === groupCount) continue;
        expect(group.join('').length + next.length).toBeGreaterThan(MAX_APPEND_BYTES);
      }
    }),
  );
});

test('given events of many bytes a character, then the bytes are counted and not the characters', async () => {
  const lanes = memoryLanes();
  const json = '😀'.repeat(MAX_APPEND_BYTES / 8);
  await appendDue(
    lanes,
    [0, 1, 2].map((n) => ({ ...due(n, 'a'), json })),
    terms(10),
  );
  expect(lanes.log.map(({ events }) => events.length)).toEqual([2, 1]);
});

test('R4: given any part that is already in the lanes, in any groups, then only the rest is appended and told', async () => {
  const cut = fc.integer({ min: 0, max: 40 });
  const count = fc.integer({ min: 1, max: 10 });
  await fc.assert(
    fc.asyncProperty(someDue, cut, count, count, async (events, upTo, before, now) => {
      const lanes = memoryLanes();
      await appendDue(lanes, events.slice(0, upTo), terms(before));
      const groups = terms(now);
      await appendDue(lanes, events, groups);
      expect(new Set(groups.told)).toEqual(new Set(events.slice(upTo)));
      for (const [lane, contents] of lanes.contents()) {
        expect(contents.map(({ position }) => position)).toEqual(
          events.filter((each) => each.lane === lane).map(({ position }) => position),
        );
        expect(lanes.image(lane)?.offset).toBe(contents.length - 1);
      }
    }),
  );
});

test('given a lane that is further than all due events, then one refused append is enough', async () => {
  const lanes = memoryLanes();
  await lanes.append('a', [due(999, 'a')], 0);
  lanes.calls.length = 0;
  await appendDue(
    lanes,
    [...Array(100).keys()].map((n) => due(n, 'a')),
    terms(10),
  );
  expect(lanes.calls).toHaveLength(1);
});

test('given many lanes, then they are appended to side by side up to a limit, and one lane never twice at once', async () => {
  const lanes = memoryLanes();
  const open = new Map<string, number>();
  let most = 0;
  const slow = {
    async append(...args: Parameters<typeof lanes.append>) {
      open.set(args[0], (open.get(args[0]) ?? 0) + 1);
      most = Math.max(
        most,
        [...open.values()].reduce((sum, each) => sum + each, 0),
      );
      expect(open.get(args[0])).toBe(1);
      await new Promise(setImmediate);
      open.set(args[0], 0);
      return lanes.append(...args);
    },
  };
  const events = [...Array(120).keys()].map((n) => due(n, `lane-${n % 60}`));
  await appendDue(slow, events, terms(1));
  expect(most).toBe(APPEND_CONCURRENCY);
  expect(lanes.log).toHaveLength(120);
});

test('R1: given an append that fails, then no other is begun, those under way are awaited, and what is in the lanes is told', async () => {
  await fc.assert(
    fc.asyncProperty(someDue, fc.nat({ max: 40 }), fc.boolean(), async (events, at, after) => {
      const lanes = memoryLanes();
      const open = new Set<string>();
      let begun = 0;
      let begunAfterwards = 0;
      let failed = false;
      const failing = {
        async append(...args: Parameters<typeof lanes.append>) {
          if (failed) begunAfterwards++;
          const fails = begun++ === at;
          open.add(args[0]);
          await new Promise(setImmediate);
          open.delete(args[0]);
          failed ||= fails;
          if (fails && !after) throw new Error('throttled');
          const outcome = await lanes.append(...args);
          if (fails) throw new Error('throttled');
          return outcome;
        },
      };
      const { upTo, failure } = await appendDue(failing, events, terms(2));
      expect(open.size).toBe(0);
      expect(begunAfterwards).toBe(0);
      expect(failure !== undefined).toBe(failed);
      const inLanes = new Set([...lanes.contents().values()].flat().map(({ position }) => position));
      for (const { position } of events.slice(0, upTo)) expect(inLanes).toContain(position);
      if (!failed) expect(upTo).toBe(events.length);
      // The longest such beginning, unless the one whose answer was lost would have been next.
      else if (!after && upTo < events.length) expect(inLanes).not.toContain(events[upTo]?.position);
    }),
  );
});

test('given two appends that fail, then the first failure is told', async () => {
  const lanes = memoryLanes();
  lanes.failNext('append', { error: new Error('first') });
  lanes.failNext('append', { error: new Error('second') });
  const { upTo, failure } = await appendDue(lanes, [due(0, 'a'), due(1, 'b')], terms(1));
  expect({ upTo, failure }).toMatchObject({ upTo: 0, failure: { error: { message: 'first' } } });
});

test('given lanes that are begun one after the other, then those with the earliest events come first', async () => {
  const lanes = memoryLanes();
  const events = [...Array(3 * APPEND_CONCURRENCY).keys()].map((n) => due(n, `lane-${n}`));
  const failing = {
    async append(...args: Parameters<typeof lanes.append>) {
      await new Promise(setImmediate);
      if (args[0] === `lane-${2 * APPEND_CONCURRENCY}`) throw new Error('throttled');
      return lanes.append(...args);
    },
  };
  const { upTo } = await appendDue(failing, events, terms(1));
  expect(upTo).toBe(2 * APPEND_CONCURRENCY);
});

test('R1: given no time for another append, then none is begun, and the beginning that is in the lanes is told', async () => {
  const lanes = memoryLanes();
  let left = 3;
  const events = [...Array(10).keys()].map((n) => due(n, 'a'));
  const appended = await appendDue(lanes, events, { ...terms(2), goesOn: () => left-- > 0 });
  expect(appended).toEqual({ upTo: 6 });
  expect(lanes.image('a')?.offset).toBe(5);
});
