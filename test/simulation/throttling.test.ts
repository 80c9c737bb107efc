import { overloadedAccount, refused, refusedForAnHour } from './kinds';
import { edit } from './mutant';
import { type Edit, mutate } from './mutate';
import { playKind } from './play';
import { REAL } from './protocol';
import { quietly } from './quietly';
import { type Outcome, run } from './run';
import type { Scenario } from './scenario';
import { small } from './small';

jest.setTimeout(300_000);

const HOUR_MS = 3_600_000;

test('R7: given requests that are refused, all for a while or one in a few for ever, then the replay is done with every event', async () => {
  let waits = 0;
  await playKind(refused, 60, ({ row, answers, lanes }) => {
    waits += answers.filter((answer) => answer.action === 'wait' && answer.backoffMs !== undefined).length;
    if (row) expect(row.phase).toBe('DONE');
    else expect(lanes).toEqual([]);
  });
  expect(waits).toBeGreaterThan(300);
});

test('R7: given a table that refuses every request for an hour, then one execution waits it out, in some eighty calls, and is done', async () => {
  let longest = 0;
  await playKind(refusedForAnHour, 20, ({ row, released, answers, generation }, { events }) => {
    expect(row?.phase).toBe('DONE');
    expect(released).toBe(events.length);
    expect(generation).toBe(1);
    const waits = answers.filter((answer) => answer.action === 'wait' && answer.backoffMs !== undefined);
    expect(waits.length).toBeLessThanOrEqual(HOUR_MS / 60_000 + 10);
    longest = Math.max(longest, waits.length);
  });
  expect(longest).toBeGreaterThan(50);
});

test('R7: given a new account with ten concurrent executions and hundreds of events a second, then the replay is done with every event', async () => {
  await playKind(overloadedAccount, 3, ({ row, released, refused: calls, parked }, { events }) => {
    expect(row).toMatchObject({ phase: 'DONE', late: 0 });
    expect(released).toBe(events.length);
    expect(calls).toBeGreaterThan(events.length);
    expect(parked).toBeGreaterThan(events.length / 10);
  });
});

/** Many lanes with one event each, and appends that are refused through all attempts. */
async function play(oneIn: number, edits: Edit[] = []): Promise<Outcome & { releaseMs: number }> {
  const scenario: Scenario = {
    ...small,
    events: Array.from({ length: 1_200 }, (_, n) => ({
      id: `e-${n}`,
      second: 0,
      sequence: n,
      key: `k-${n}`,
    })),
    playback: { speed: Number.POSITIVE_INFINITY, idleMs: 0, byKey: true, bySequence: true },
    settings: { buckets: 4, groupCount: 1 },
    refuses: { of: 'lanes.', oneIn, fromMs: 0, forMs: 24 * HOUR_MS },
    mostTurns: 3_000_000,
    faults: { ...small.faults, duplicate: 0 },
  };
  const outcome = await quietly(async () =>
    run(scenario, { protocol: edits.length > 0 ? await mutate(edits) : REAL }),
  );
  expect(outcome).toMatchObject({ violation: undefined, phase: 'DONE', released: 1_200 });
  const { doneAtMs = 0, releaseStartedAtMs = 0 } = outcome.row ?? {};
  return { ...outcome, releaseMs: doneAtMs - releaseStartedAtMs };
}

const appendsOf = ({ requests }: Outcome) => requests.get('lanes.append') ?? 0;

test('given one append in two hundred that is refused, then only those are made twice that overtook it meanwhile', async () => {
  const outcome = await play(200);
  expect(appendsOf(outcome)).toBeGreaterThan(1_200);
  expect(appendsOf(outcome)).toBeLessThan(5_000);
  expect(outcome.releaseMs).toBeLessThan(120_000);
});

describe('the numbers show', () => {
  test('what was appended before a failure and is forgotten', async () => {
    const release = 'src/core/release/release.ts';
    const forgotten = [
      edit(release, '      advance(upTo);\n      return hasTime()', '      return hasTime()'),
      edit(release, '  advance(upTo);\n  if (failure)', '  if (!failure) advance(upTo);\n  if (failure)'),
    ];
    expect(appendsOf(await play(200, forgotten))).toBeGreaterThan(12_000);
  });

  test('lanes that are begun from the last', async () => {
    const backwards = edit(
      'src/core/release/append.ts',
      'const queue = byLane.entries();',
      'const queue = [...byLane].reverse().values();',
    );
    expect(appendsOf(await play(200, [backwards]))).toBeGreaterThan(12_000);
  });
});
