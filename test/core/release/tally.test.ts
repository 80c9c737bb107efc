import fc from 'fast-check';
import { formatPosition } from '../../../src/core/event/position';
import type { DueEvent } from '../../../src/core/release/append';
import { startTally } from '../../../src/core/release/tally';
import type { Checkpoint, Tally } from '../../../src/core/replay/progress';

interface Plan {
  second: number;
  tiebreaker: string;
  key: string;
  receivedAtMs: number | undefined;
}

/** The events in their order. */
function eventsOf(plans: Plan[]): DueEvent[] {
  return plans
    .map(({ second, tiebreaker, key, receivedAtMs }, n) => {
      const time = `2026-11-20T12:00:${String(second).padStart(2, '0')}.000000000Z`;
      const position = formatPosition({ time, tiebreaker, id: `e-${n}` });
      return {
        position,
        tiebreaker,
        lane: `r#${key}`,
        receivedAtMs,
        json: '',
        eventTimeMs: 0,
        dueAtMs: 0,
        duplicates: 0,
      };
    })
    .sort((a, b) => (a.position < b.position ? -1 : 1));
}

function checkpointAt(events: DueEvent[], tally: Tally | undefined): Checkpoint | undefined {
  const last = events.at(-1);
  if (!last) return undefined;
  const { position, eventTimeMs, dueAtMs } = last;
  return { position, eventTimeMs, dueAtMs, released: events.length, duplicates: 0, ...(tally && { tally }) };
}

/** By looking at all pairs. */
function expected(events: DueEvent[]) {
  const came = events.map(({ receivedAtMs }) => receivedAtMs);
  const soonerMs = came.map((ms, n) =>
    ms === undefined ? 0 : Math.max(0, ...came.slice(0, n).map((earlier) => (earlier ?? 0) - ms)),
  );
  const known = came.filter((ms) => ms !== undefined);
  const keys = events.map(({ lane }) => lane);
  return {
    ties: events.filter(({ position }, n) => {
      const [time, tiebreaker] = position.split('#');
      return events[n - 1]?.position.startsWith(`${time}#${tiebreaker}#`);
    }).length,
    outOfOrder: soonerMs.filter((ms) => ms > 0).length,
    farthestMs: Math.max(0, ...soonerMs),
    ...(known.length > 0 && { latestReceivedAtMs: Math.max(...known) }),
    kinds: ['n', 's', 't']
      .filter((kind) => events.some(({ tiebreaker }) => tiebreaker.startsWith(kind)))
      .join(''),
    keyed: keys.filter((lane) => lane !== 'r#').length,
    lanes: new Set(keys).size,
  };
}

const plan: fc.Arbitrary<Plan> = fc.record({
  second: fc.nat(4),
  tiebreaker: fc.constantFrom('', 'n1', 'n2', 's1', 't1'),
  key: fc.constantFrom('', 'a', 'b', 'a#b', '#'),
  receivedAtMs: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
});

test('given any events, counted in any portions, stopped and gone on from any checkpoint, then all is as if compared in pairs', () => {
  fc.assert(
    fc.property(fc.array(plan, { minLength: 1, maxLength: 40 }), fc.array(fc.nat(40)), (plans, cuts) => {
      const events = eventsOf(plans);
      let tally: Tally | undefined;
      let walk = startTally(undefined);
      let from = 0;
      for (const [n, cut] of [...cuts, events.length].sort((a, b) => a - b).entries()) {
        const portion = events.slice(from, cut);
        if (portion.length === 0) continue;
        tally = walk.add(portion).tally;
        from += portion.length;
        // Every other time somebody else goes on, from what stands in the row.
        if (n % 2 === 0) walk = startTally(checkpointAt(events.slice(0, from), tally));
      }
      const { laneSketch: _, ...told } = tally as Tally;
      expect(told).toEqual(expected(events));
    }),
  );
});

test('given a tally that has not looked at kinds, as in an older row, then it does not say of what kinds all were', () => {
  const events = eventsOf([1, 2].map((second) => ({ second, tiebreaker: 'n1', key: '', receivedAtMs: 5 })));
  const { kinds: _, ...older } = startTally(undefined).add(events.slice(0, 1)).tally as Tally;
  const { tally } = startTally(checkpointAt(events.slice(0, 1), older)).add(events.slice(1));
  expect(tally).not.toHaveProperty('kinds');
  expect(tally?.ties).toBe(0);
});

test('given a checkpoint without a tally, as in an older row, then it stays unknown, and nothing is counted wrongly', () => {
  const events = eventsOf([1, 2, 3].map((second) => ({ second, tiebreaker: '', key: 'a', receivedAtMs: 5 })));
  const walk = startTally(checkpointAt(events.slice(0, 1), undefined));
  expect(walk.add(events.slice(1))).toEqual({});
});
