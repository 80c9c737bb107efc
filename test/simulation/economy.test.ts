import { FIRST_PAGE_EVENTS } from '../../src/core/limits';
import { edit } from './mutant';
import { type Edit, mutate } from './mutate';
import { REAL } from './protocol';
import { quietly } from './quietly';
import { type Outcome, run } from './run';
import type { Scenario, SketchPlan } from './scenario';
import { small } from './small';

jest.setTimeout(240_000);

const BUCKETS = 8;
const eventsOf = (count: number, secondsApart: number): SketchPlan[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `e-${n}`,
    second: n * secondsApart,
    sequence: n,
    key: `key-${n % 3}`,
  }));

/** One lane, in a cloud where nothing goes wrong. */
async function play(events: SketchPlan[], speed: number, edits: Edit[] = []): Promise<Outcome> {
  const scenario: Scenario = {
    ...small,
    events,
    playback: { speed, idleMs: Number.POSITIVE_INFINITY, byKey: false, bySequence: true },
    settings: { buckets: BUCKETS, groupCount: 25 },
    mostTurns: 1_000_000,
    faults: { ...small.faults, duplicate: 0 },
  };
  const protocol = edits.length > 0 ? await mutate(edits) : REAL;
  const outcome = await quietly(() => run(scenario, { protocol }));
  expect(outcome).toMatchObject({ violation: undefined, phase: 'DONE' });
  return outcome;
}

/** Requests of the release, all or those whose names begin like this. */
function requestsOf({ requests }: Outcome, prefix = ''): number {
  const counted = [...requests].filter(([name]) => name.startsWith(prefix));
  return counted.reduce((sum, [, count]) => sum + count, 0);
}

test('given a sparse replay, then each event costs a bounded number of requests, and no pages are read far ahead', async () => {
  const events = eventsOf(60, 600);
  const outcome = await play(events, 1);
  // Each step reads the beginning of each bucket, appends, saves, and writes the history; two steps an event.
  expect(requestsOf(outcome)).toBeLessThanOrEqual(events.length * (2 * BUCKETS + 10) + 50);
  const reads = [...outcome.requests.keys()].filter((name) => name.startsWith('buffer.read'));
  expect(reads).toEqual([`buffer.read up to ${FIRST_PAGE_EVENTS}`]);
});

test('given a pause of a day, then it costs one step every five minutes', async () => {
  const outcome = await play(eventsOf(2, 86_400), 1);
  expect(outcome.answers.filter(({ action }) => action === 'wait').length).toBeLessThanOrEqual(24 * 12 + 10);
  const ofTheHealer = requestsOf(outcome, 'replays.notEnded');
  expect(requestsOf(outcome) - ofTheHealer).toBeLessThanOrEqual((24 * 12 + 10) * (BUCKETS + 4));
});

test('given a dense replay, then its release costs a fraction of a request an event', async () => {
  const events = eventsOf(6_000, 0);
  const outcome = await play(events, Number.POSITIVE_INFINITY);
  // One group more where a batch ends in the middle of one.
  expect(requestsOf(outcome, 'lanes')).toBeLessThanOrEqual(events.length / 25 + 6);
  expect(requestsOf(outcome)).toBeLessThanOrEqual(events.length / 15);
});

test('given a steady replay of ten events a second, then it costs about one append an event, and one save a second', async () => {
  const outcome = await play(eventsOf(600, 1), 10);
  // While the row is being saved, a second event may come due: both go in one append.
  expect(requestsOf(outcome, 'lanes')).toBeGreaterThan(570);
  expect(requestsOf(outcome, 'lanes')).toBeLessThanOrEqual(600);
  expect(requestsOf(outcome, 'replays.save')).toBeLessThanOrEqual(60 + 20);
  expect(requestsOf(outcome, 'buffer.read')).toBeLessThanOrEqual(BUCKETS * 6);
});

describe('the numbers show', () => {
  test('a checkpoint that is saved after every append', async () => {
    const saved = edit(
      'src/core/release/looks.ts',
      'return lookedAtMs + CHECKPOINT_EVERY_MS;',
      'return lookedAtMs;',
    );
    const outcome = await play(eventsOf(60, 1), 10, [saved]);
    expect(requestsOf(outcome, 'replays.save')).toBeGreaterThan(25);
  });

  test('a group that is appended again', async () => {
    const again = edit('src/core/release/append.ts', 'return rest.slice(group.length);', 'return rest;');
    const outcome = await play(eventsOf(60, 1), 10, [again]);
    expect(requestsOf(outcome, 'lanes')).toBeGreaterThan(70);
  });
});
