import fc from 'fast-check';
import type { Replays } from '../../src/core/ports';
import type { Checkpoint } from '../../src/core/replay/progress';
import type { ReplayRow, RowChanges, RowGuard } from '../../src/core/replay/row';
import { readRow, type StoredRow } from '../../src/core/replay/row-problems';
import { phaseWithItsNeeds } from '../support/replays';
import { freshName } from './fresh-name';
import { arbitraryChanges, fullRow, newRow, rerunRow } from './replay-rows';

/** Fewer requests at once than there are sockets: waiting for one counts as connecting, which may take a second. */
const AT_ONCE = 32;

/** What every `Replays` does. */
export function replaysSuite(open: () => Promise<{ replays: Replays; close(): Promise<void> }>): void {
  let replays: Replays;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ replays, close } = await open());
  });
  afterAll(() => close());

  async function created(row: ReplayRow): Promise<string> {
    await replays.create(row);
    return row.replay;
  }

  test('a replay without a row has none', async () => {
    expect(await replays.get(freshName())).toBeUndefined();
  });

  test.each([
    ['a new row', newRow],
    ['a row with every attribute', fullRow],
    ['the row of a rerun', rerunRow],
  ])('%s is read as it was created', async (_, make) => {
    const row = make(freshName());
    expect(await replays.create(row)).toEqual(row);
    expect(await replays.get(row.replay)).toEqual(row);
  });

  test('given more rows than a page holds, then all that have not ended are found, and no other', async () => {
    const phases = [
      'COLLECTING',
      'INCOMPLETE',
      'SEALED',
      'RELEASING',
      'DONE',
      'CANCELLED',
      'FAILED',
    ] as const;
    const reason = 'x'.repeat(300_000);
    const rows = phases.map((phase) => {
      const row = newRow(freshName());
      return { ...row, ...phaseWithItsNeeds(phase, row.createdAtMs), reason };
    });
    for (const row of rows) await created(row);
    const found = (await replays.notEnded()).filter(({ replay }) =>
      rows.some((row) => row.replay === replay),
    );
    const byName = (a: ReplayRow, b: ReplayRow) => (a.replay < b.replay ? -1 : 1);
    expect(found.sort(byName)).toEqual(rows.slice(0, 4).sort(byName));
  });

  test('a second row of the same replay changes nothing of the first one, and completes it', async () => {
    const row = newRow(freshName());
    await created(row);
    const { reason, dead } = fullRow(row.replay);
    const completed = { ...row, reason, dead };
    expect(await replays.create({ ...row, generation: 99, phase: 'SEALED', reason, dead })).toEqual(
      completed,
    );
    expect(await replays.get(row.replay)).toEqual(completed);
  });

  test('given many creations at once, then all are told the one row that there is', async () => {
    const row = newRow(freshName());
    const rows = await Promise.all(
      Array.from({ length: 12 }, (_, n) => replays.create({ ...row, generation: n })),
    );
    const { generation } = rows[0] as ReplayRow;
    expect(rows).toEqual(Array(12).fill({ ...row, generation }));
    expect(await replays.get(row.replay)).toEqual({ ...row, generation });
  });

  test('what a caller does to its row afterwards does not reach the store', async () => {
    const row = fullRow(freshName());
    await created(row);
    const read = (await replays.get(row.replay)) as ReplayRow;
    (read.checkpoint as Checkpoint).released = 0;
    (row.options as { speed: string }).speed = '99';
    expect(await replays.get(row.replay)).toEqual(fullRow(row.replay));
  });

  test('changes set and remove attributes, and leave the others alone', async () => {
    const replay = await created(fullRow(freshName()));
    const changes = {
      phase: 'FAILED',
      reason: undefined,
      checkpoint: undefined,
      doneAtMs: 1_763_640_999_000,
    } as const;
    expect(await replays.save(replay, changes, {})).toBe(true);
    const { reason: _, checkpoint: __, ...rest } = fullRow(replay);
    expect(await replays.get(replay)).toEqual({ ...rest, phase: 'FAILED', doneAtMs: 1_763_640_999_000 });
  });

  test('removing what is not there is no error', async () => {
    const replay = await created(newRow(freshName()));
    expect(await replays.save(replay, { leaseUntilMs: undefined, dead: undefined }, {})).toBe(true);
    expect(await replays.get(replay)).toEqual(newRow(replay));
  });

  test('saving without changes only tells whether the guard holds', async () => {
    const replay = await created(newRow(freshName()));
    expect(await replays.save(replay, {}, { phase: 'COLLECTING' })).toBe(true);
    expect(await replays.save(replay, {}, { phase: 'SEALED' })).toBe(false);
    expect(await replays.save(replay, {}, {})).toBe(true);
    expect(await replays.get(replay)).toEqual(newRow(replay));
  });

  test('nothing is saved to a row that does not exist, whatever the guard', async () => {
    const replay = freshName();
    const guards: RowGuard[] = [
      {},
      { leaseUntilMs: undefined },
      { checkpointUpTo: 'x' },
      { phase: 'COLLECTING' },
    ];
    for (const guard of guards) {
      expect(await replays.save(replay, { dead: 1 }, guard)).toBe(false);
      expect(await replays.save(replay, {}, guard)).toBe(false);
    }
    expect(await replays.get(replay)).toBeUndefined();
  });

  test('the row itself cannot be given another name', async () => {
    const replay = await created(newRow(freshName()));
    await expect(replays.save(replay, { replay: 'other' } as RowChanges, {})).rejects.toThrow();
    expect(await replays.get(replay)).toEqual(newRow(replay));
  });

  describe.each(GUARDED_ROWS)('given $name', ({ make, terms }) => {
    const cases = Object.entries(terms).flatMap(([key, { hits, misses }]) => [
      ...hits.map((value) => ({ key, value, holds: true })),
      ...misses.map((value) => ({ key, value, holds: false })),
    ]);
    test.each(cases)('a guard of $key $value holds: $holds', async ({ key, value, holds }) => {
      const replay = await created(make(freshName()));
      expect(await replays.save(replay, { dead: 77 }, { [key]: value })).toBe(holds);
      expect((await replays.get(replay))?.dead).toBe(holds ? 77 : make(replay).dead);
    });

    test('every combination of guards holds exactly if each of them does', async () => {
      const row = make(freshName());
      const replay = await created(row);
      const combinations = combinationsOf(terms);
      const refused = combinations.filter(({ holds }) => !holds);
      for (let from = 0; from < refused.length; from += AT_ONCE) {
        const some = refused.slice(from, from + AT_ONCE);
        const told = await Promise.all(some.map(({ guard }) => replays.save(replay, { dead: -1 }, guard)));
        expect(some.filter((_, n) => told[n])).toEqual([]);
      }
      expect(await replays.get(replay)).toEqual(row);
      for (const [n, { guard }] of combinations.filter(({ holds }) => holds).entries()) {
        expect({ guard, told: await replays.save(replay, { dead: n }, guard) }).toEqual({
          guard,
          told: true,
        });
        expect(await replays.get(replay)).toEqual({ ...row, dead: n });
      }
    });
  });

  test('given many saves at once with the same guard, then exactly one succeeds', async () => {
    const replay = await created(newRow(freshName()));
    const outcomes = await Promise.all(
      Array.from({ length: 15 }, (_, n) =>
        replays.save(replay, { queuesEmptyAtMs: 1_763_640_000_000 + n }, { queuesEmptyAtMs: undefined }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome)).toHaveLength(1);
    expect((await replays.get(replay))?.queuesEmptyAtMs).toBe(1_763_640_000_000 + outcomes.indexOf(true));
  });

  test('given checkpoints saved at once in any order, then the furthest one stays', async () => {
    const replay = await created(newRow(freshName()));
    const checkpoints = Array.from({ length: 20 }, (_, n) => checkpoint((n * 7) % 20));
    const save = (to: Checkpoint) =>
      replays.save(replay, { checkpoint: to }, { phase: 'COLLECTING', checkpointUpTo: to.position });
    await Promise.all(checkpoints.map(save));
    expect((await replays.get(replay))?.checkpoint).toEqual(checkpoint(19));
    expect(await save(checkpoint(18))).toBe(false);
    expect(await save({ ...checkpoint(19), duplicates: 4 })).toBe(true);
    expect((await replays.get(replay))?.checkpoint).toEqual({ ...checkpoint(19), duplicates: 4 });
  });

  test('a due time keeps every fraction of a millisecond', async () => {
    const replay = await created(newRow(freshName()));
    const dueAt = fc.double({ min: 1, max: 4e12, noNaN: true });
    await fc.assert(
      fc.asyncProperty(dueAt, async (dueAtMs) => {
        await replays.save(replay, { checkpoint: { ...checkpoint(1), dueAtMs } }, {});
        const kept = (await replays.get(replay))?.checkpoint?.dueAtMs as number;
        expect(kept - dueAtMs).toBe(0);
      }),
      { numRuns: 40, examples: [[1_763_640_000_000 + 1 / 3], [0.1 + 0.2], [1_763_640_000_000 + 2 ** -12]] },
    );
  });

  test('every other instant is kept to the millisecond, also where a guard compares it', async () => {
    const replay = await created(newRow(freshName()));
    const leaseUntilMs = 1_763_640_000_123.75;
    expect(await replays.save(replay, { leaseUntilMs }, {})).toBe(true);
    expect((await replays.get(replay))?.leaseUntilMs).toBe(1_763_640_000_123);
    expect(await replays.save(replay, {}, { leaseUntilMs })).toBe(true);
    expect(await replays.save(replay, {}, { leaseUntilMs: 1_763_640_000_124 })).toBe(false);
  });

  test('texts are kept as they are, empty ones too', async () => {
    const row = { ...newRow(freshName()), tiebreaker: '', reason: '' };
    const replay = await created(row);
    expect(await replays.get(replay)).toEqual(row);
    const reason = `odd "quoted" \\ 😀 \n ${'long '.repeat(2_000)}`;
    await replays.save(replay, { reason, tiebreaker: 'detail."a b"[0] || `"x"`' }, {});
    expect(await replays.get(replay)).toEqual({ ...row, reason, tiebreaker: 'detail."a b"[0] || `"x"`' });
  });

  test('given any sequence of changes, then the row is what they add up to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryChanges, { maxLength: 6 }), async (sequence) => {
        const replay = await created(newRow(freshName()));
        let expected: RowChanges = newRow(replay);
        for (const changes of sequence) {
          expect(await replays.save(replay, changes, {})).toBe(true);
          expected = { ...expected, ...changes };
          expect(await replays.get(replay)).toEqual(readRow(withoutAbsent(expected) as StoredRow));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('late events are counted, also many at once', async () => {
    const replay = await created({ ...newRow(freshName()), late: 2 });
    await Promise.all(Array.from({ length: 15 }, () => replays.addLate(replay)));
    expect(await replays.get(replay)).toEqual({ ...newRow(replay), late: 17 });
  });

  test('a late event of a replay without a row is refused, and no row is made of it', async () => {
    const replay = freshName();
    await expect(replays.addLate(replay)).rejects.toThrow();
    expect(await replays.get(replay)).toBeUndefined();
  });
}

type Terms = Record<Exclude<keyof RowGuard, 'hasNotEnded'>, { hits: unknown[]; misses: unknown[] }>;

const GUARDED_ROWS: { name: string; make: (replay: string) => ReplayRow; terms: Terms }[] = [
  {
    name: 'a row with every attribute',
    make: fullRow,
    terms: {
      phase: { hits: ['RELEASING'], misses: ['SEALED', undefined] },
      generation: { hits: [3], misses: [2, undefined] },
      leaseUntilMs: { hits: [fullRow('').leaseUntilMs], misses: [1, undefined] },
      lastArrivalAtMs: { hits: [fullRow('').lastArrivalAtMs], misses: [1, undefined] },
      queuesEmptyAtMs: { hits: [fullRow('').queuesEmptyAtMs], misses: [1, undefined] },
      sealedAtMs: { hits: [fullRow('').sealedAtMs], misses: [1, undefined] },
      countingSaves: { hits: [6], misses: [5, undefined] },
      abortedGeneration: { hits: [fullRow('').abortedGeneration], misses: [1, undefined] },
      planN: { hits: [7], misses: [6, undefined] },
      commandAsRead: {
        hits: [fullRow('').command],
        misses: [
          { ...fullRow('').command, speed: '11' },
          { ...fullRow('').command, paused: false },
          { ...fullRow('').command, idle: 5 },
          { paused: true, speed: '10', idle: '5s' },
          { ...fullRow('').command, stepTo: 'here' },
          {},
        ],
      },
      hasNoCheckpoint: { hits: [], misses: [true] },
      checkpointUpTo: {
        hits: [checkpoint(5).position, checkpoint(6).position, '~'],
        misses: [checkpoint(4).position],
      },
    },
  },
  {
    name: 'a new row',
    make: newRow,
    terms: {
      phase: { hits: ['COLLECTING'], misses: ['INCOMPLETE', undefined] },
      generation: { hits: [1], misses: [0, undefined] },
      leaseUntilMs: { hits: [undefined], misses: [1_763_640_000_000] },
      lastArrivalAtMs: { hits: [undefined], misses: [1_763_640_000_000] },
      queuesEmptyAtMs: { hits: [undefined], misses: [1_763_640_000_000] },
      sealedAtMs: { hits: [undefined], misses: [1_763_640_000_000] },
      countingSaves: { hits: [undefined], misses: [1] },
      abortedGeneration: { hits: [undefined], misses: [1] },
      planN: { hits: [undefined], misses: [0] },
      commandAsRead: { hits: [{}], misses: [{ paused: true }, { cancelled: false }] },
      hasNoCheckpoint: { hits: [true], misses: [] },
      checkpointUpTo: { hits: [checkpoint(1).position], misses: [] },
    },
  },
];

const MOST_GUARDS = 3;

/** Up to three guards, each holding or failing, in every combination: 835 for nine guards. */
function combinationsOf(terms: Terms): { guard: RowGuard; holds: boolean }[] {
  let combinations: { guard: RowGuard; holds: boolean }[] = [{ guard: {}, holds: true }];
  for (const [key, { hits, misses }] of Object.entries(terms)) {
    const withOneMore = combinations
      .filter(({ guard }) => Object.keys(guard).length < MOST_GUARDS)
      .flatMap(({ guard, holds }) => [
        ...hits.slice(0, 1).map((value) => ({ guard: { ...guard, [key]: value }, holds })),
        ...misses.slice(0, 1).map((value) => ({ guard: { ...guard, [key]: value }, holds: false })),
      ]);
    combinations = [...combinations, ...withOneMore];
  }
  return combinations;
}

function checkpoint(n: number): Checkpoint {
  const position = `2026-11-20T12:00:${String(n).padStart(2, '0')}.000000000Z##id`;
  return {
    position,
    released: n,
    duplicates: 0,
    eventTimeMs: 1_763_640_000_000 + n,
    dueAtMs: 1_763_640_000_000.5 + n,
  };
}

function withoutAbsent(changes: RowChanges): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
