import fc from 'fast-check';
import { DEFAULT_OPTIONS } from '../../../src/core/replay/options';
import { dueAt } from '../../../src/core/replay/pacing';
import {
  isHalted,
  needsTakeUp,
  paceOf,
  planOf,
  takeUp,
  takeUpBeforeRelease,
} from '../../../src/core/replay/plan';
import type { Checkpoint } from '../../../src/core/replay/progress';
import type { ReplayRow } from '../../../src/core/replay/row';

const START_MS = Date.parse('2026-11-20T12:00:00Z');
const EVENT_MS = Date.parse('2026-11-01T00:00:00Z');

const positionAt = (ms: number) => `${new Date(ms).toISOString().slice(0, -1)}000000Z##e`;
const next = (second: number) => ({
  position: positionAt(EVENT_MS + second * 1_000),
  eventTimeMs: EVENT_MS + second * 1_000,
});

/** Released up to the event at second 0, which was due at the start. */
const CHECKPOINT: Checkpoint = { ...next(0), dueAtMs: START_MS, released: 1, duplicates: 0 };

const row = (changes: Partial<ReplayRow> = {}): ReplayRow => ({
  replay: 'r',
  phase: 'RELEASING',
  generation: 1,
  buckets: 8,
  tiebreaker: '',
  createdAtMs: START_MS,
  late: 0,
  expiresAtMs: 9e12,
  options: DEFAULT_OPTIONS,
  releaseStartedAtMs: START_MS,
  checkpoint: CHECKPOINT,
  ...changes,
});

/** When the next event is due by a row. */
function dueIn(of: ReplayRow, second: number): number {
  return dueAt(paceOf(planOf(of)), of.releaseStartedAtMs as number, of.checkpoint, next(second).eventTimeMs);
}

const takenUp = (before: ReplayRow, second: number, nowMs: number): ReplayRow =>
  ({ ...before, ...takeUp(before, next(second), nowMs) }) as ReplayRow;

describe('a take-up', () => {
  test.each([
    ['twice as fast in the middle of a gap', { speed: '2' }, 4_000, 4_000 + 3_000],
    ['half as fast', { speed: '0.5' }, 4_000, 4_000 + 12_000],
    ['without any pause', { speed: 'max' }, 4_000, 4_000],
    ['with an idle limit', { idle: '1s' }, 4_000, 4_000 + 600],
    ['of something else', { onMissing: 'wait' }, 4_000, 10_000],
    ['of what is overdue', { speed: '2' }, 25_000, 25_000],
  ])('%s: what was left of the wait is left at the new pace', (_, command, afterMs, dueMs) => {
    const taken = takenUp(row({ command }), 10, START_MS + afterMs);
    expect(dueIn(taken, 10) - START_MS).toBeCloseTo(dueMs, 6);
    expect(taken.plan).toMatchObject({ n: 1, atMs: START_MS + afterMs, taken: command });
    expect(needsTakeUp(taken, next(10))).toBe(false);
  });

  test('of a pause only says since when; of the resume, the wait goes on where it was', () => {
    const paused = takenUp(row({ command: { paused: true, speed: '10' } }), 10, START_MS + 4_000);
    expect(paused.plan).toMatchObject({ n: 1, pausedAtMs: START_MS + 4_000, speed: '1' });
    expect(paused.checkpoint).toEqual(CHECKPOINT);
    const still = takenUp({ ...paused, command: { paused: true } }, 10, START_MS + 50_000);
    expect(still.plan).toMatchObject({ n: 2, pausedAtMs: START_MS + 4_000 });
    const resumed = takenUp({ ...still, command: { speed: '2' } }, 10, START_MS + 100_000);
    expect(resumed.plan).not.toHaveProperty('pausedAtMs');
    expect(dueIn(resumed, 10)).toBeCloseTo(START_MS + 100_000 + 3_000, 6);
  });

  test('before anything is released moves the start, never to before now', () => {
    const { checkpoint: _, ...fresh } = row({ releaseStartedAtMs: START_MS + 500 });
    const paused = takenUp({ ...fresh, command: { paused: true } } as ReplayRow, 0, START_MS + 200);
    expect(paused.releaseStartedAtMs).toBe(START_MS + 500);
    const resumed = takenUp({ ...paused, command: {} }, 0, START_MS + 9_000);
    expect(resumed.releaseStartedAtMs).toBe(START_MS + 9_300);
  });

  test('from max and back again, while nothing moves, changes no due time', () => {
    const paused = takenUp(row({ command: { paused: true } }), 10, START_MS + 4_000);
    const atMax = takenUp({ ...paused, command: { paused: true, speed: 'max' } }, 10, START_MS + 5_000);
    const resumed = takenUp({ ...atMax, command: {} }, 10, START_MS + 20_000);
    expect(dueIn(resumed, 10)).toBeCloseTo(START_MS + 26_000, 6);
  });

  test('R6: given any wishes one after the other, then what is left of a wait never shrinks faster than its pace', () => {
    const wish = fc.record(
      {
        paused: fc.constant(true),
        speed: fc.constantFrom('1', '2', '0.25', '10'),
        idle: fc.constantFrom('3s', '20s', 'none'),
      },
      { requiredKeys: [] },
    );
    const steps = fc.array(fc.tuple(wish, fc.integer({ min: 0, max: 3_000 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 100 }), (wishes, second) => {
        let current = row();
        let nowMs = START_MS;
        /** The share of the way to the next event that is left, by an integral of its own. */
        let left = 1;
        let stepNowMs = second * 1_000;
        let isPaused = false;
        for (const [command, afterMs] of wishes) {
          nowMs += afterMs;
          if (!isPaused && left > 0) left = Math.max(0, left - afterMs / stepNowMs);
          current = takenUp({ ...current, command }, second, nowMs);
          isPaused = command.paused === true;
          const speed = Number(command.speed ?? 1);
          const idleMs =
            command.idle && command.idle !== 'none' ? Number.parseInt(command.idle, 10) * 1_000 : 1e12;
          if (!isPaused) stepNowMs = Math.min((second * 1_000) / speed, idleMs);
          if (!isPaused) expect(dueIn(current, second)).toBeCloseTo(nowMs + left * stepNowMs, 1);
        }
      }),
    );
  });
});

test.each([
  [{}, 3, false],
  [{ paused: true }, 3, true],
  [{ until: next(3).position }, 3, false],
  [{ until: next(3).position }, 4, true],
  [{ until: '2026-11-01T00:00:03.000000000Z' }, 3, false],
  [{ stepTo: next(3).position, paused: true }, 3, false],
  [{ stepTo: next(3).position }, 4, true],
  [{ stepTo: next(3).position, until: next(1).position }, 2, false],
] as const)('given the wishes %j, then the event at second %i halts the run: %s', (wishes, second, halts) => {
  expect(isHalted(wishes, next(second))).toBe(halts);
});

describe('before the release', () => {
  const collecting = row({ phase: 'COLLECTING' });

  test('a wish is taken up as it is, and nothing where nothing is wished', () => {
    expect(takeUpBeforeRelease(collecting, {}, START_MS)).toEqual({});
    const asked = { ...collecting, command: { paused: true, speed: '5', nonsense: 1 } };
    const { plan } = takeUpBeforeRelease(asked, {}, START_MS);
    expect(plan).toEqual({
      n: 1,
      atMs: START_MS,
      taken: { paused: true, speed: '5' },
      speed: '5',
      idle: 'none',
    });
    expect(takeUpBeforeRelease({ ...asked, plan: plan as never }, {}, START_MS + 1)).toEqual({});
  });

  test('the release begins with a plan, so that options that somebody edits later mean nothing for its pace', () => {
    const { plan } = takeUpBeforeRelease(collecting, { phase: 'RELEASING' }, START_MS);
    expect(plan).toMatchObject({ n: 0, speed: '1', idle: 'none' });
    const edited = row({ plan: plan as never, options: { ...DEFAULT_OPTIONS, speed: '99' } });
    expect(dueIn(edited, 10)).toBe(START_MS + 10_000);
  });

  test('given no options yet, then nobody can say what the pace is', () => {
    const { options: _, ...early } = { ...collecting, command: { paused: true } };
    expect(takeUpBeforeRelease(early, {}, START_MS)).toEqual({});
  });
});
