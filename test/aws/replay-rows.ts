import fc from 'fast-check';
import { ERROR_CODES } from '../../src/core/errors';
import { TIEBREAKER_TYPES } from '../../src/core/event/tiebreaker-types';
import { OPTION_NAMES, OPTIONS, textsOf } from '../../src/core/replay/options';
import { INCLUDES, type ReplayRow, type RerunPart, type RowChanges } from '../../src/core/replay/row';

export function newRow(replay: string): ReplayRow {
  return {
    replay,
    phase: 'COLLECTING',
    generation: 1,
    buckets: 8,
    tiebreaker: '',
    createdAtMs: Date.parse('2026-11-20T12:00:00.001Z'),
    late: 0,
    expiresAtMs: Date.parse('2027-02-08T12:00:01Z'),
  };
}

/** Has every attribute that the row of a first run can have; its checkpoint is at 12:00:05. */
export function fullRow(replay: string): Required<Omit<ReplayRow, 'problems' | keyof RerunPart>> {
  return {
    ...newRow(replay),
    phase: 'RELEASING',
    tiebreakerType: 'version',
    errorCode: 'CountMismatch',
    reason: 'because',
    warnings: [{ code: 'Ties', message: '12 events share a second' }],
    generation: 3,
    leaseUntilMs: Date.parse('2026-11-20T12:30:00.123Z'),
    heartbeatAtMs: Date.parse('2026-11-20T12:10:00.123Z'),
    resumeAtMs: Date.parse('2026-11-20T12:10:15.5Z'),
    restarts: 11,
    notBeforeMs: Date.parse('2026-11-20T13:10:00.25Z'),
    abortedGeneration: 2,
    tiebreaker: 'detail.sequence',
    takenUp: [
      { n: 6, atMs: Date.parse('2026-11-20T12:08:40.007Z'), taken: { speed: '10' }, released: 1_200_000 },
      {
        n: 7,
        atMs: Date.parse('2026-11-20T12:09:00.001Z'),
        taken: { paused: true, speed: '10' },
        paused: true,
        released: 1_234_567,
      },
    ],
    command: { paused: true, speed: '10', idle: '5s', until: '2026-11-20T12:00:00.000000000Z' },
    plan: {
      n: 7,
      atMs: Date.parse('2026-11-20T12:08:40.007Z'),
      taken: { paused: true, speed: '10' },
      speed: '1',
      idle: 'none',
      pausedAtMs: Date.parse('2026-11-20T12:09:00.001Z'),
    },
    options: textsOf((name) => OPTIONS[name].default),
    window: { fromMs: Date.parse('2026-11-01T00:00:00Z'), toMs: Date.parse('2026-11-02T00:00:00Z') },
    retainedUntilMs: Date.parse('2026-12-04T12:00:00.001Z'),
    completedAtMs: Date.parse('2026-11-20T12:05:00Z'),
    lastArrivalAtMs: Date.parse('2026-11-20T12:05:02.5Z'),
    queuesEmptyAtMs: Date.parse('2026-11-20T12:07:00.5Z'),
    queuesEmptyReadings: 2,
    incompleteSinceMs: Date.parse('2026-11-20T12:06:00.25Z'),
    sealedAtMs: Date.parse('2026-11-20T12:08:00.999Z'),
    releasingSinceMs: Date.parse('2026-11-20T12:08:12.5Z'),
    stoppedAtMs: Date.parse('2026-11-20T13:01:00Z'),
    releaseStartedAtMs: Date.parse('2026-11-20T12:08:13Z'),
    doneAtMs: Date.parse('2026-11-20T13:00:00Z'),
    checkpoint: {
      position: '2026-11-20T12:00:05.000000000Z##id',
      released: 1_234_567,
      duplicates: 3,
      eventTimeMs: Date.parse('2026-11-01T12:00:00.999Z'),
      dueAtMs: Date.parse('2026-11-20T12:09:00Z') + 1 / 3,
      tally: {
        ties: 12,
        outOfOrder: 1_100_000,
        farthestMs: 45_678,
        latestReceivedAtMs: Date.parse('2026-11-20T12:04:59.5Z'),
        keyed: 1_234_560,
        lanes: 2,
        laneSketch: '00c0ffeedeadbeef',
      },
    },
    next: {
      eventTimeMs: Date.parse('2026-11-01T12:00:03Z'),
      dueAtMs: Date.parse('2026-11-20T12:09:01.5Z'),
    },
    lag: { nowMs: 5, p99Ms: 15, worstMs: 80, counts: '9..3.ry' },
    rate: { eventsPerSecond: 16.72, sinceMs: Date.parse('2026-11-20T12:08:50.5Z'), events: 33 },
    counting: [
      { after: '2026-11-20T12:00:05.000000000Z##id', events: 1_000_000, done: false },
      { events: 17, done: true },
    ],
    countingSaves: 6,
    collected: 2_000_000,
    late: 4,
    dead: 5,
  };
}

/** The row of the rerun `<replay>@2` as it is made, with all that it can have but `from`. */
export function rerunRow(replay: string): ReplayRow {
  const { buckets, tiebreaker, options, retainedUntilMs } = fullRow(replay);
  return {
    ...newRow(`${replay}@2`),
    phase: 'SEALED',
    buckets,
    tiebreaker,
    options,
    retainedUntilMs,
    set: replay,
    include: 'late',
    after: '2026-11-20T12:00:05.000000000Z##id',
    to: '2026-11-20T13:00:00.000000000Z',
    lateFromMs: Date.parse('2026-11-20T12:30:00.001Z'),
    consumers: ['billing', 'search'],
    firstNumber: 2411,
    requestId: 'f3d1',
  };
}

const text = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.toWellFormed());
const count = fc.nat(Number.MAX_SAFE_INTEGER);
/** How long something took: no longer than any date is away. */
const durationMs = fc.nat(8.64e15);
/** Up to the year 9999: what an ISO timestamp has four digits for. */
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });

const VALUES: {
  [K in Exclude<keyof ReplayRow, 'replay' | 'problems'>]-?: fc.Arbitrary<NonNullable<ReplayRow[K]>>;
} = {
  phase: fc.constantFrom('COLLECTING', 'INCOMPLETE', 'SEALED', 'RELEASING', 'DONE', 'CANCELLED', 'FAILED'),
  errorCode: fc.constantFrom(...ERROR_CODES),
  reason: text,
  warnings: fc.array(fc.record({ code: text, message: text })),
  generation: count,
  leaseUntilMs: instant,
  heartbeatAtMs: instant,
  resumeAtMs: instant,
  restarts: count,
  notBeforeMs: instant,
  abortedGeneration: count,
  buckets: count,
  tiebreaker: text,
  tiebreakerType: fc.constantFrom(...TIEBREAKER_TYPES),
  takenUp: fc.array(
    fc.record(
      {
        n: count,
        atMs: instant,
        taken: fc.record({ cancelled: fc.constant(true as const), stepTo: text }, { requiredKeys: [] }),
        paused: fc.constant(true as const),
        released: count,
      },
      { requiredKeys: ['n', 'atMs', 'taken', 'released'] },
    ),
  ),
  command: fc.dictionary(
    text.filter((name) => name !== ''),
    fc.oneof(text, fc.boolean(), fc.nat()),
  ),
  plan: fc.record(
    {
      n: count,
      atMs: instant,
      taken: fc.record({ paused: fc.constant(true as const), until: text }, { requiredKeys: [] }),
      speed: text,
      idle: text,
      pausedAtMs: instant,
    },
    { requiredKeys: ['n', 'atMs', 'taken', 'speed', 'idle'] },
  ),
  options: fc.record(Object.fromEntries(OPTION_NAMES.map((name) => [name, text])), { requiredKeys: [] }),
  window: fc.record({ fromMs: instant, toMs: instant }),
  createdAtMs: instant,
  retainedUntilMs: instant,
  completedAtMs: instant,
  lastArrivalAtMs: instant,
  queuesEmptyAtMs: instant,
  queuesEmptyReadings: count,
  incompleteSinceMs: instant,
  sealedAtMs: instant,
  releasingSinceMs: instant,
  stoppedAtMs: instant,
  releaseStartedAtMs: instant,
  doneAtMs: instant,
  checkpoint: fc.record(
    {
      position: text,
      released: count,
      duplicates: count,
      eventTimeMs: instant,
      dueAtMs: fc.double({ min: 1, max: 4e12, noNaN: true }),
      tally: fc.record(
        {
          ties: count,
          outOfOrder: count,
          farthestMs: durationMs,
          latestReceivedAtMs: instant,
          keyed: count,
          lanes: count,
          laneSketch: fc.uint8Array({ maxLength: 512 }).map((bytes) => Buffer.from(bytes).toString('hex')),
        },
        { requiredKeys: ['ties', 'outOfOrder', 'farthestMs', 'keyed', 'lanes', 'laneSketch'] },
      ),
    },
    { requiredKeys: ['position', 'released', 'duplicates', 'eventTimeMs', 'dueAtMs'] },
  ),
  next: fc.record({ eventTimeMs: instant, dueAtMs: instant }, { requiredKeys: ['eventTimeMs'] }),
  lag: fc.record({ nowMs: durationMs, p99Ms: durationMs, worstMs: durationMs, counts: text }),
  rate: fc.record(
    { eventsPerSecond: fc.double({ min: 1e-6, max: 1e6, noNaN: true }), sinceMs: instant, events: count },
    { requiredKeys: ['sinceMs', 'events'] },
  ),
  counting: fc.array(
    fc.record({ after: text, events: count, done: fc.boolean() }, { requiredKeys: ['events', 'done'] }),
  ),
  countingSaves: count,
  collected: count,
  late: count,
  dead: count,
  expiresAtMs: fc.nat(4_000_000_000).map((seconds) => seconds * 1_000),
  set: text,
  include: fc.constantFrom(...INCLUDES),
  from: text,
  after: text,
  to: text,
  lateFromMs: instant,
  consumers: fc.array(text),
  firstNumber: count,
  requestId: text,
};

/** Any changes to a row: attributes set to anything, and those removed that a row may lack. */
export const arbitraryChanges: fc.Arbitrary<RowChanges> = fc.record(
  Object.fromEntries(
    Object.entries(VALUES).map(([key, value]) => [
      key,
      key in newRow('') ? value : fc.option(value as fc.Arbitrary<unknown>, { nil: undefined }),
    ]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<RowChanges>;

/** Any row, with any of what it may lack. */
export const arbitraryRow: fc.Arbitrary<ReplayRow> = arbitraryChanges.map(
  (changes) =>
    Object.fromEntries(
      Object.entries({ ...newRow('any'), ...changes }).filter(([, value]) => value !== undefined),
    ) as unknown as ReplayRow,
);
