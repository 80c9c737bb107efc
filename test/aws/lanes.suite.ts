import fc from 'fast-check';
import { MAX_CONSUMERS_BYTES, MAX_EVENT_BYTES } from '../../src/core/limits';
import type { LaneEvent, Lanes } from '../../src/core/ports';
import { type AppendTerms, appendDue } from '../../src/core/release/append';
import type { LaneImage } from '../fakes/lanes';
import { freshName } from './fresh-name';
import { noise } from './noise';

/** A time that DynamoDB's whole seconds keep as it is. */
const EXPIRES_AT_MS = 1_764_000_000_000;

export interface OpenLanes {
  lanes: Lanes;
  /** The lane's item, with nothing added. */
  image(lane: string): Promise<LaneImage | undefined>;
  close(): Promise<void>;
}

/** What every `Lanes` does. */
export function lanesSuite(open: () => Promise<OpenLanes>): void {
  let lanes: Lanes;
  let image: OpenLanes['image'];
  let close: OpenLanes['close'];
  beforeAll(async () => {
    ({ lanes, image, close } = await open());
  });
  afterAll(() => close());

  const freshLane = () => `${freshName()}#`;
  const append = (lane: string, ...events: LaneEvent[]) => lanes.append(lane, events, EXPIRES_AT_MS);

  test('the first append makes the lane: its offset counts from 0, its position is that of the last event', async () => {
    const lane = freshLane();
    expect(await image(lane)).toBeUndefined();
    expect(await append(lane, event(1), event(2), event(3))).toBe('appended');
    expect(await image(lane)).toEqual({
      lane,
      events: [event(1).json, event(2).json, event(3).json],
      offset: 2,
      position: event(3).position,
      expiresAtMs: EXPIRES_AT_MS,
    });
  });

  test('each further append overwrites the lane and goes on counting', async () => {
    const lane = freshLane();
    await append(lane, event(1), event(2));
    expect(await append(lane, event(3))).toBe('appended');
    expect(await lanes.append(lane, [event(5), event(7)], EXPIRES_AT_MS + 60_000)).toBe('appended');
    expect(await image(lane)).toEqual({
      lane,
      events: [event(5).json, event(7).json],
      offset: 4,
      position: event(7).position,
      expiresAtMs: EXPIRES_AT_MS + 60_000,
    });
  });

  test.each([
    ['the same events', [3, 4]],
    ['one event that is there', [4]],
    ['an event before all of them', [1]],
    ['events that begin before the position and reach beyond it', [4, 5, 6]],
  ])('an append of %s is refused with the position of the lane, which stays', async (_, numbers) => {
    const lane = freshLane();
    await append(lane, event(2));
    await append(lane, event(3), event(4));
    const before = await image(lane);
    expect(await append(lane, ...numbers.map((n) => event(n)))).toEqual({ alreadyAt: event(4).position });
    expect(await image(lane)).toEqual(before);
  });

  test('tiebreakers are kept as long as any event of the append has one', async () => {
    const lane = freshLane();
    await append(lane, event(1));
    expect(await image(lane)).not.toHaveProperty('tiebreakers');
    await append(lane, event(2), event(3, 'n2500017'), event(4));
    expect(await image(lane)).toHaveProperty('tiebreakers', ['', 'n2500017', '']);
    await append(lane, event(5, 'sa'), event(6, 'sb'));
    expect(await image(lane)).toHaveProperty('tiebreakers', ['sa', 'sb']);
    await append(lane, event(7));
    expect(await image(lane)).not.toHaveProperty('tiebreakers');
  });

  test('the consumers that a run is for are in each image of its lanes; of a run for all there is nothing', async () => {
    const lane = freshLane();
    const consumers = ['billing', 'search'];
    await lanes.append(lane, [event(1)], EXPIRES_AT_MS, consumers);
    expect(await image(lane)).toMatchObject({ consumers });
    await lanes.append(lane, [event(2)], EXPIRES_AT_MS, consumers);
    expect(await image(lane)).toMatchObject({ consumers, offset: 1 });
    const ofAll = freshLane();
    await append(ofAll, event(1));
    expect(await image(ofAll)).not.toHaveProperty('consumers');
  });

  test('given conflicting appends at once, then exactly one wins and the others learn where the lane is', async () => {
    const lane = freshLane();
    await append(lane, event(1));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        append(lane, ...[2, 3, 4].slice(0, 1 + (n % 3)).map((m) => event(m))),
      ),
    );
    const winner = outcomes.indexOf('appended');
    expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1);
    const length = 1 + (winner % 3);
    for (const [n, outcome] of outcomes.entries()) {
      if (n !== winner) expect(outcome).toEqual({ alreadyAt: event(1 + length).position });
    }
    expect(await image(lane)).toMatchObject({ offset: length, position: event(1 + length).position });
  });

  test('given several sequencers on one lane at once, then its offsets have no gap and nothing is in it twice', async () => {
    const lane = freshLane();
    const due = Array.from({ length: 60 }, (_, n) => ({
      ...event(n),
      lane,
      eventTimeMs: 0,
      dueAtMs: 0,
      duplicates: 0,
    }));
    const written: string[] = [];
    const terms = (groupCount: number): AppendTerms => ({
      groupCount,
      expiresAtMs: EXPIRES_AT_MS,
      appended: (group) => void written.push(...group.map(({ position }) => position)),
      goesOn: () => true,
    });
    await Promise.all([1, 2, 3, 5, 7].map((groupCount) => appendDue(lanes, due, terms(groupCount))));
    expect([...written].sort()).toEqual(due.map(({ position }) => position));
    expect(await image(lane)).toMatchObject({ offset: 59, position: event(59).position });
  });

  test('given any appends one after the other, then each is taken or refused by position alone', async () => {
    const appends = fc.array(fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 5 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(appends, async (batches) => {
        const lane = freshLane();
        let [at, offset] = [-1, -1];
        for (const batch of batches) {
          const numbers = batch.sort((a, b) => a - b);
          const isBehind = (numbers[0] as number) > at;
          const outcome = await append(lane, ...numbers.map((n) => event(n)));
          expect(outcome).toEqual(isBehind ? 'appended' : { alreadyAt: event(at).position });
          if (isBehind) [at, offset] = [numbers.at(-1) as number, offset + numbers.length];
        }
        if (at >= 0) expect(await image(lane)).toMatchObject({ offset, position: event(at).position });
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ['an empty ordering key', ''],
    ['separators', '#a##b#'],
    ['blanks, quotes and backslashes', ' "a"\\b\n'],
    ['other scripts', 'ключ 鍵 🔑'],
    ['all the bytes a key may have', 'k'.repeat(2_048 - 'replay#'.length)],
  ])('a lane is found again by a name with %s, and by no other', async (_, orderingKey) => {
    const lane = `replay#${orderingKey}`;
    expect(await append(lane, event(1))).toBe('appended');
    expect(await append(lane, event(1))).toEqual({ alreadyAt: event(1).position });
    expect(await append(lane, event(2))).toBe('appended');
    expect(await image(lane)).toMatchObject({ lane, offset: 1 });
    expect(await image(lane.slice(0, -1))).toBeUndefined();
  });

  test('events are kept as they are', async () => {
    const lane = freshLane();
    const json = JSON.stringify({ text: '😀 "quoted" \\ back\u2028slash\n', lone: '\ud800', zero: '\0' });
    await append(lane, { ...event(1), json });
    expect(await image(lane)).toMatchObject({ events: [json] });
  });

  test('many events of one kind are kept as they are', async () => {
    const lane = freshLane();
    const events = Array.from({ length: 25 }, (_, n) => ({
      ...event(n),
      json: `{"n":${n},"kind":"${'x'.repeat(900)}"}`,
    }));
    await append(lane, ...events);
    expect(await image(lane)).toMatchObject({ events: events.map(({ json }) => json), offset: 24 });
  });

  test('the largest event there may be fits a lane, with the longest names', async () => {
    const lane = `${freshName()}#${'k'.repeat(1_024)}`;
    const json = JSON.stringify({ detail: noise(MAX_EVENT_BYTES - 13) });
    const tiebreaker = 't'.repeat(640);
    const position = `2026-11-20T12:00:00.000000000Z#${tiebreaker}#${'i'.repeat(352)}`;
    expect(Buffer.byteLength(position)).toBe(1_024);
    const consumers = ['c'.repeat(MAX_CONSUMERS_BYTES - 1)];
    const largest = { position, tiebreaker, json };
    expect(await lanes.append(lane, [largest], EXPIRES_AT_MS, consumers)).toBe('appended');
    expect(await append(lane, largest)).toEqual({ alreadyAt: position });
    expect(await image(lane)).toMatchObject({ events: [json], position });
  });
}

function event(n: number, tiebreaker = ''): LaneEvent {
  const time = new Date(1_763_640_000_000 + n * 1_000).toISOString().replace('Z', '000000Z');
  return { position: `${time}#${tiebreaker}#id-${n}`, tiebreaker, json: `{"n":${n}}` };
}
