import { DEFAULT_OPTIONS } from '../../../src/core/replay/options';
import type { ReplayRow } from '../../../src/core/replay/row';
import { noticeOf } from '../../../src/core/replay/row-notice';
import { guardAsRead, readAt, readRow, type StoredRow } from '../../../src/core/replay/row-problems';
import { Unreadable } from '../../../src/core/replay/unreadable';

const NOW_MS = Date.parse('2026-11-20T12:00:00Z');
const COLLECTING: StoredRow = {
  replay: 'r',
  phase: 'COLLECTING',
  generation: 1,
  buckets: 8,
  tiebreaker: '',
  createdAtMs: NOW_MS,
  retainedUntilMs: NOW_MS + 86_400_000,
  late: 0,
  expiresAtMs: NOW_MS + 80 * 86_400_000,
};
const RELEASING: StoredRow = {
  ...COLLECTING,
  phase: 'RELEASING',
  options: DEFAULT_OPTIONS,
  collected: 3,
  releaseStartedAtMs: NOW_MS,
};

const PLAN = {
  n: 1,
  atMs: NOW_MS,
  taken: { until: '2026-11-20T12:00:00.000000000Z' },
  speed: '1',
  idle: 'none',
};

const CORRECT_IT = 'Nothing is released meanwhile. Correct it in this row and the replay goes on by itself.';

test('given rows as the service writes them, then they are read as they are, and have no problem', () => {
  expect(readRow(COLLECTING)).toEqual(COLLECTING);
  expect(readRow(RELEASING)).toEqual(RELEASING);
  expect(readRow({ ...RELEASING, plan: PLAN })).toEqual({ ...RELEASING, plan: PLAN });
  expect(noticeOf(readRow(RELEASING), NOW_MS)).toEqual({});
});

test.each<[Record<string, unknown>, string, Partial<ReplayRow>]>([
  [
    { phase: 'CANCELED' },
    'phase is the text "CANCELED"; expected is COLLECTING, INCOMPLETE, SEALED, RELEASING, DONE, CANCELLED, FAILED.',
    { phase: 'UNKNOWN' },
  ],
  [
    { phase: undefined },
    'phase is missing; expected is COLLECTING, INCOMPLETE, SEALED, RELEASING, DONE, CANCELLED, FAILED.',
    { phase: 'UNKNOWN' },
  ],
  [
    { generation: new Unreadable('a map') },
    'generation is a map; expected is a whole number',
    { generation: 0 },
  ],
  [{ generation: 0.5 }, 'generation is 0.5; expected is a whole number', { generation: 0 }],
  [{ buckets: 0 }, 'buckets is 0; expected is a whole number from 1 to 64.', { buckets: 0 }],
  [{ buckets: 1e9 }, 'buckets is 1000000000; expected is a whole number from 1 to 64.', { buckets: 0 }],
  [{ tiebreaker: 'detail[' }, 'tiebreaker is the text "detail["; expected is a JMESPath', { tiebreaker: '' }],
  [
    { plan: { ...PLAN, taken: { stepTo: 5 } } },
    'plan.taken is a map; expected is fields of command, as they can be read.',
    {},
  ],
  [
    { plan: { ...PLAN, taken: { speed: 'fast' } } },
    'plan.taken is a map; expected is fields of command, as they can be read.',
    {},
  ],
  [{ createdAtMs: 'x' }, 'createdAt is the text "x"; expected is an instant such as', { createdAtMs: 0 }],
  [{ retainedUntilMs: 1 }, 'retainedUntil is not after createdAt; expected is a later instant.', {}],
  [
    { retainedUntilMs: NOW_MS + 3_650 * 86_400_000 },
    'retainedUntil is more than 14 days after createdAt; expected is an earlier instant.',
    {},
  ],
  [{ collected: -1 }, 'collected is -1; expected is a whole number', {}],
  [{ options: { ...DEFAULT_OPTIONS, idle: 5 } }, 'options.idle is 5; expected is a number with a unit', {}],
  [{ options: { speed: 'fast' } }, 'options.speed is the text "fast"; expected is a number above 0', {}],
  [{ options: 'speed=max' }, 'options is the text "speed=max"; expected is a map.', {}],
  [{ checkpoint: 'x' }, 'checkpoint is the text "x"; expected is a map.', {}],
  [{ checkpoint: { position: 'x' } }, 'checkpoint.position is the text "x"; expected is a position.', {}],
])(
  'given a replay that is released, when somebody makes it %j, then it stops and says so',
  (typed, says, read) => {
    const row = readRow({ ...RELEASING, ...typed });
    expect(row).toMatchObject(read);
    for (const key of Object.keys(typed))
      expect([undefined, 'UNKNOWN', 0, '']).toContain(row[key as keyof ReplayRow]);
    const { warnings = [], reason } = noticeOf(row, NOW_MS);
    expect(warnings.map(({ code }) => code)).toContain('RowNotReadable');
    expect(warnings[0]?.message).toContain(says);
    expect(reason).toContain(warnings[0]?.message);
    expect(reason?.endsWith(CORRECT_IT)).toBe(true);
  },
);

test.each<[Record<string, unknown>, string]>([
  [{ leaseUntilMs: 'tomorrow' }, 'leaseUntil is the text "tomorrow"; expected is an instant such as'],
  [{ warnings: 'none' }, 'warnings is the text "none"; expected is a list of warnings.'],
  [{ warnings: [5] }, 'warnings is an array; expected is a list of warnings.'],
  [{ queuesEmptyReadings: 99 }, 'queuesEmptyReadings is 99; expected is a whole number from 0 to 3.'],
  [{ late: 'many' }, 'late is the text "many"; expected is a whole number'],
  [{ reason: 5 }, 'reason is 5; expected is a text.'],
  [{ window: {} }, 'window.from is missing; expected is an instant such as'],
])('given %j, which a replay can do without, then it counts as absent, and the row warns', (typed, says) => {
  const row = readRow({ ...RELEASING, ...typed });
  for (const key of Object.keys(typed)) expect([undefined, 0]).toContain(row[key as keyof ReplayRow]);
  const { warnings, reason } = noticeOf(row, NOW_MS);
  expect(warnings?.[0]?.message).toContain(says);
  expect(reason).toBeUndefined();
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'SEALED',
    {},
    'phase is SEALED, but options is missing and completedAt is missing; expected is COLLECTING.',
  ],
  [
    'RELEASING',
    { options: {} },
    'but collected is missing and releaseStartedAt is missing; expected is COLLECTING',
  ],
  [
    'COLLECTING',
    { sealedAtMs: NOW_MS },
    'phase is COLLECTING, but the row has sealedAt; expected is SEALED.',
  ],
  ['INCOMPLETE', { collected: 5 }, 'phase is INCOMPLETE, but the row has collected; expected is RELEASING.'],
])('given the phase %s where a row with %j cannot be, then it is unknown', (phase, rest, says) => {
  const row = readRow({ ...COLLECTING, ...rest, phase });
  expect(row.phase).toBe('UNKNOWN');
  expect(noticeOf(row, NOW_MS).reason).toContain(says);
});

test.each([
  'createdAtMs',
  'completedAtMs',
  'queuesEmptyAtMs',
  'sealedAtMs',
  'releaseStartedAtMs',
  'leaseUntilMs',
])('given an instant %s that is years ahead, then nobody waits for it in silence', (key) => {
  const { retainedUntilMs: _, ...typed }: StoredRow = { ...RELEASING, [key]: 9e12 };
  const row = readAt(readRow(typed), NOW_MS);
  expect(noticeOf(row, NOW_MS).warnings?.[0]?.message).toBe(
    `${key.replace('Ms', '')} is far in the future; expected is an instant that has passed.`,
  );
  expect(readAt(readRow({ ...RELEASING, [key]: NOW_MS + 59_000 }), NOW_MS).problems).toBeUndefined();
});

test('given warnings of others, then they stay, and ours go when the row is corrected', () => {
  const other = { code: 'Other', message: 'of somebody else' };
  const wrong = readRow({ ...RELEASING, warnings: [other], buckets: 0 });
  const { warnings, reason } = noticeOf(wrong, NOW_MS);
  expect(warnings).toHaveLength(2);
  expect(warnings?.[0]).toEqual(other);
  expect(noticeOf(readRow({ ...RELEASING, buckets: 0, warnings, reason }), NOW_MS)).toEqual({});
  expect(noticeOf(readRow({ ...RELEASING, warnings, reason }), NOW_MS)).toEqual({
    warnings: [other],
    reason: undefined,
  });
  const [ours] = (warnings ?? []).slice(1);
  expect(noticeOf(readRow({ ...RELEASING, warnings: [ours], reason: 'another' }), NOW_MS)).toEqual({
    warnings: undefined,
  });
});

test('given a retention of 14 days, the longest that a stack can have, then the row has no problem', () => {
  expect(readRow({ ...RELEASING, retainedUntilMs: NOW_MS + 14 * 86_400_000 }).problems).toBeUndefined();
});

test('given an instant that was set aside because it is ahead, then a guard names it as it is stored', () => {
  const lastArrivalAtMs = NOW_MS + 86_400_000;
  const row = readAt(readRow({ ...COLLECTING, lastArrivalAtMs }), NOW_MS);
  expect(row.lastArrivalAtMs).toBeUndefined();
  expect(guardAsRead(row, { phase: row.phase, lastArrivalAtMs: row.lastArrivalAtMs })).toEqual({
    phase: 'COLLECTING',
    lastArrivalAtMs,
  });
});

test('given what could not be read, then a guard does not name it, and no row that has ended is changed', () => {
  const guard = { phase: 'RELEASING', generation: 1, sealedAtMs: undefined } as const;
  expect(guardAsRead(readRow(RELEASING), guard)).toEqual(guard);
  expect(guardAsRead(readRow({ ...RELEASING, generation: 'x', sealedAtMs: 'x' }), guard)).toEqual({
    phase: 'RELEASING',
  });
  expect(guardAsRead(readRow({ ...RELEASING, phase: 5 }), guard)).toEqual({
    generation: 1,
    sealedAtMs: undefined,
    hasNotEnded: true,
  });
});
