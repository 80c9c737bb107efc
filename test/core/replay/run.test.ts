import fc from 'fast-check';
import { laneOf } from '../../../src/core/event/ordering-key';
import { MAX_GENERATION, MAX_RUN_NUMBER } from '../../../src/core/limits';
import { executionOf } from '../../../src/core/replay/execution';
import { INCLUDES, type ReplayRow } from '../../../src/core/replay/row';
import { noticeOf } from '../../../src/core/replay/row-notice';
import { isStopped, readAt, readRow, type StoredRow } from '../../../src/core/replay/row-problems';
import {
  dwellOf,
  readRerunName,
  replayOf,
  rerunName,
  selectionOf,
  setOf,
} from '../../../src/core/replay/run';
import { DEFAULT_SETTINGS, dwellMs } from '../../../src/core/settings';
import { newRow, rerunRow } from '../../aws/replay-rows';
import { byteOrder } from '../../fakes/byte-order';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html */
const replayName = fc.stringMatching(/^[.\-_A-Za-z0-9]{1,64}$/);
const runNumber = fc.integer({ min: 2, max: MAX_RUN_NUMBER });
const generation = fc.integer({ min: 1, max: MAX_GENERATION + 1 });

describe('names', () => {
  test('given any names that EventBridge allows, then no run, lane or execution of one is that of another', () => {
    const run = fc.record({ replay: replayName, n: fc.option(runNumber), generation });
    fc.assert(
      fc.property(run, run, (one, other) => {
        const isSame = one.replay === other.replay && one.n === other.n;
        const nameOf = ({ replay, n }: typeof one) => (n === null ? replay : rerunName(replay, n));
        const execution = (each: typeof one) =>
          executionOf({ replay: nameOf(each), generation: each.generation }).name;
        expect(nameOf(one) === nameOf(other)).toBe(isSame);
        expect(laneOf(nameOf(one), 'k') === laneOf(nameOf(other), 'k')).toBe(isSame);
        expect(execution(one) === execution(other)).toBe(isSame && one.generation === other.generation);
        expect(laneOf(nameOf(one), '@2#x').split('#')[0]).toBe(nameOf(one));
        expect(replayOf(nameOf(one))).toBe(one.replay);
      }),
    );
  });

  test('given the longest of each part, then an execution has a name that Step Functions takes', () => {
    const run = rerunName('r'.repeat(64), MAX_RUN_NUMBER);
    const { name } = executionOf({ replay: run, generation: MAX_GENERATION + 1 });
    expect(name.length).toBeLessThanOrEqual(80);
    expect(name).not.toMatch(/[\s?*<>{}[\]"#%\\^|~`$&,;:/]/);
    expect(readRow({ ...newRow('r'), generation: MAX_GENERATION + 1 }).problems).toMatchObject([
      { attribute: 'generation' },
    ]);
  });

  test('given any run, then its name is read as it was made; anything else is no name of one', () => {
    fc.assert(
      fc.property(replayName, runNumber, (replay, n) => {
        expect(readRerunName(rerunName(replay, n))).toEqual({ replay, n });
      }),
    );
    for (const text of [
      'r',
      'r@',
      'r@1',
      'r@0',
      'r@02',
      'r@x',
      'r@2@3',
      '@2',
      `r@${MAX_RUN_NUMBER + 1}`,
      'ü@2',
    ]) {
      expect(readRerunName(text)).toBeUndefined();
    }
  });
});

describe('what a run includes', () => {
  const time = (n: number) => `2026-11-20T12:00:0${n}.000000000Z`;
  const position = fc
    .tuple(fc.nat(3), fc.constantFrom('a', 'b', '$00', '~ff'))
    .map(([n, id]) => `${time(n)}##${id}`);
  const bound = fc.option(fc.oneof(position, fc.nat(3).map(time)), { nil: undefined });
  /** An instant is all events of its time. */
  const compare = (one: string, other: string) =>
    byteOrder(other.length === 30 ? one.slice(0, 30) : one, other);

  test('given any bounds, include and event, then they decide on it as they say', () => {
    const row = fc.record({
      include: fc.constantFrom(...INCLUDES),
      start: bound,
      isAfter: fc.boolean(),
      to: bound,
      lateFromMs: fc.option(fc.nat(9), { nil: undefined }),
      sealedAtMs: fc.nat(9),
    });
    const event = fc.record({ position, late: fc.boolean(), receivedAtMs: fc.nat(9) });
    fc.assert(
      fc.property(row, event, ({ start, isAfter, to, ...rest }, { position, late, receivedAtMs }) => {
        const { include, lateFromMs, sealedAtMs } = rest;
        const {
          first = '',
          last = '~',
          ...kinds
        } = selectionOf({
          ...newRow('r@2'),
          ...rest,
          ...(start !== undefined && { [isAfter ? 'after' : 'from']: start }),
          ...(to !== undefined && { to }),
        } as ReplayRow);
        const isWithin =
          (start === undefined || compare(position, start) >= (isAfter ? 1 : 0)) &&
          (to === undefined || compare(position, to) < 0);
        expect(byteOrder(position, first) >= 0 && byteOrder(position, last) <= 0).toBe(isWithin);
        const { afterMs = -1, upToMs = -1 } = kinds.late ?? {};
        const isSelected = late ? receivedAtMs > afterMs && receivedAtMs <= upToMs : kinds.sealed;
        const isNew = include === 'all' || lateFromMs === undefined || receivedAtMs > lateFromMs;
        const isIncluded = late
          ? include !== 'sealed' && receivedAtMs <= sealedAtMs && isNew
          : include !== 'late';
        expect(isSelected).toBe(isIncluded);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a first run releases what was sealed of its own set, after a dwell', () => {
    const row = { ...newRow('r'), sealedAtMs: 5 };
    expect(selectionOf(row)).toEqual({ sealed: true });
    expect(setOf(row)).toBe('r');
    expect(dwellOf(row, DEFAULT_SETTINGS)).toBe(dwellMs(DEFAULT_SETTINGS));
  });

  test('a rerun reads the set of its replay, and waits for late events only', () => {
    const run = rerunRow('r');
    expect(setOf(run)).toBe('r');
    expect(dwellOf(run, DEFAULT_SETTINGS)).toBe(dwellMs(DEFAULT_SETTINGS));
    expect(dwellOf({ ...run, include: 'all' }, DEFAULT_SETTINGS)).toBe(dwellMs(DEFAULT_SETTINGS));
    expect(dwellOf({ ...run, include: 'sealed' }, DEFAULT_SETTINGS)).toBe(0);
  });
});

describe("what a rerun's row may hold", () => {
  const sealed: StoredRow = { ...rerunRow('r') };
  const releasing: StoredRow = {
    ...sealed,
    phase: 'RELEASING',
    collected: 3,
    sealedAtMs: sealed.createdAtMs,
    releaseStartedAtMs: sealed.createdAtMs,
  };

  test.each([sealed, releasing])('as it is made and released it has no problem', (row) => {
    expect(readRow(row)).toEqual(row);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ set: undefined }, 'set is missing; expected is a text.'],
    [{ set: 'other' }, 'set is the text "other"; expected is r.'],
    [{ set: 7 }, 'set is 7; expected is a text.'],
    [{ include: undefined }, 'include is missing; expected is sealed, all, late.'],
    [{ include: 'everything' }, 'include is the text "everything"; expected is sealed, all, late.'],
    [
      { after: undefined, from: 'noon' },
      'from is the text "noon"; expected is a position, or an instant such as',
    ],
    [{ from: '2026-11-20T12:00:00.000000000Z' }, 'after is there beside from; expected is one of the two.'],
    [{ to: '2026-11-20' }, 'to is the text "2026-11-20"; expected is a position, or an instant such as'],
    [{ lateFromMs: 'then' }, 'lateFrom is the text "then"; expected is an instant such as'],
    [{ consumers: [] }, 'consumers is an array; expected is a list of names.'],
    [{ consumers: ['x'.repeat(512)] }, 'consumers is an array; expected is a list of names.'],
    [{ consumers: 'billing' }, 'consumers is the text "billing"; expected is a list of names.'],
    [{ retainedUntilMs: undefined }, 'retainedUntil is missing; expected is an instant.'],
    [{ sealedAtMs: 'now' }, 'sealedAt is the text "now"; expected is an instant such as'],
    [{ sealedAtMs: undefined }, 'sealedAt is missing; expected is an instant.'],
    [{ phase: 'COLLECTING' }, 'phase is COLLECTING, but a rerun is sealed from its beginning; expected is'],
    [{ phase: 'INCOMPLETE' }, 'phase is INCOMPLETE, but a rerun is sealed from its beginning; expected is'],
    [{ phase: 'SEALED', options: undefined }, 'phase is SEALED, but options is missing; expected is'],
  ])('given %j, then nothing goes on, and the row says why', (typed, says) => {
    const row = readRow({ ...releasing, ...typed });
    expect(isStopped(row)).toBe(true);
    expect(noticeOf(row, Number(sealed.createdAtMs)).reason).toContain(says);
  });

  test('given a sealed instant that is still to come, then nobody waits for it in silence', () => {
    const row = readAt(readRow({ ...sealed, sealedAtMs: 9e12 }), Number(sealed.createdAtMs));
    expect(isStopped(row)).toBe(true);
  });

  test("given what only a rerun has in a first run's row, then it counts as absent, and the row warns", () => {
    const { set, include, after, to, lateFromMs, consumers, requestId } = rerunRow('r');
    const typed = { set, include, after, to, lateFromMs, consumers, requestId };
    const row = readRow({ ...newRow('r'), ...typed });
    expect(isStopped(row)).toBe(false);
    const { problems, ...rest } = row;
    expect(rest).toEqual(newRow('r'));
    expect(problems?.map(({ key }) => key).sort()).toEqual(Object.keys(typed).sort());
    expect(noticeOf(row, Number(sealed.createdAtMs)).warnings?.[0]?.message).toContain(
      'expected is nothing, for only a rerun has it.',
    );
  });
});
