import { measureConsumer } from '../../bench/consumer';
import { batchHandlers, streamBatch } from '../../bench/consumer-ways';
import { releaseInMemory } from '../../bench/core-release';
import { makeEvents, TIEBREAKER } from '../../bench/events';
import { median, quantile, type Spread } from '../../bench/measure';
import { measureOrder } from '../../bench/order';
import { deviations, shareOutOfOrder } from '../../bench/order-runs';
import { measurePace } from '../../bench/pace';
import { drawOrder } from '../../bench/picture';
import { measureRate } from '../../bench/rate';
import { placeOf } from '../../src/cli/order-oracle';
import { FAST } from '../local/fast-settings';

jest.setTimeout(60_000);

describe('what is measured with', () => {
  test.each([300, 1_024, 8_192])('events of %d bytes have that many', (bytes) => {
    for (const content of ['orders', 'noise'] as const) {
      const events = makeEvents({ count: 20, bytes, perSecond: 5, content });
      const sizes = events.map((event) => Buffer.byteLength(JSON.stringify(event)));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(bytes + 2);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(bytes - 2);
    }
  });

  test('statistics', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 1)).toBe(5);
    expect(quantile([], 0.5)).toBeNaN();
  });

  test('an event is out of order if a later one came before it', () => {
    const events = makeEvents({ count: 4, bytes: 300, perSecond: 3 });
    const share = (...sequences: number[]) =>
      shareOutOfOrder(sequences.map((n) => ({ place: placeOf(JSON.stringify(events[n]), TIEBREAKER) })));
    expect(share(0, 1, 2, 3)).toBe(0);
    expect(share(3, 0, 1, 2)).toBe(0.75);
    expect(share(0, 2, 1, 3)).toBe(0.25);
    expect(share()).toBe(0);
  });

  test('an event is off its pace by the time from when it was due', () => {
    const at = (eventTimeMs: number, atMs: number) => ({
      sequence: 0,
      place: undefined,
      eventTimeMs,
      atMs,
    });
    const run = { arrived: [], delivered: [at(1_000, 50), at(3_000, 220)], startMs: 40 };
    expect(deviations(run, 10)).toEqual([10, -20]);
    expect(deviations(run, 10, 'afterStart')).toEqual([-20]);
  });
});

describe('what measures, on tiny inputs', () => {
  test('order: ours 0, and a picture of it', async () => {
    const { data, targets, shown } = await measureOrder({
      rates: [20],
      speeds: [10],
      playbackSeconds: 0.3,
      leastEvents: 2,
      rounds: 1,
      settings: FAST,
    });
    expect(data[0]).toMatchObject({ events: 60, outOfOrder: { ours: 0 } });
    // All in one batch of whole seconds, and the tiebreaker unknown to them.
    expect(data[0]?.outOfOrder.table).toBeGreaterThan(0);
    expect(targets.every(({ met }) => met)).toBe(true);
    expect(drawOrder(shown).match(/<circle/g)).toHaveLength(3 * 60);
  });

  test('pace: not early, one figure for each moment', async () => {
    const scale = { speeds: [10], perSecond: 5, playbackSeconds: 1, rounds: 1, moments: 20 };
    const { data } = await measurePace(scale);
    const [{ replays, moments, lag }] = data as [Record<string, number> & { lag: Spread }];
    // Ten moments in a second at speed 10.
    expect({ replays, moments }).toEqual({ replays: 2, moments: 20 });
    expect(lag.p50).toBeGreaterThanOrEqual(0);
    expect(lag.max).toBeLessThan(1_000);
  });

  test('rate: the core, the stores, and what quotas allow', async () => {
    const { data, tables } = await measureRate({ coreEvents: 1_000, storeEvents: 50, rounds: 1 });
    expect(data).toMatchObject({
      bufferUnits: 1,
      laneUnits: expect.any(Number),
      quotaRate: 6_000,
      newRate: 4_000,
    });
    for (const rate of Object.values(data as Record<string, number>)) expect(rate).toBeGreaterThan(0);
    expect(tables[0]?.rows.map(([, , , large]) => large).slice(0, 4)).toEqual([
      '18,750',
      '6,000',
      '8,000',
      '4,000',
    ]);
  });

  test('core release: every event, in 25s', async () => {
    const { released, appends } = await releaseInMemory({ events: 2_000 });
    expect({ released, appends }).toEqual({ released: 2_000, appends: 80 });
  });

  test('consumer: only ours stops at the event that fails', async () => {
    const { targets } = await measureConsumer({ records: 10, batches: 2, rounds: 1 });
    expect(targets.find(({ what }) => what === 'order after a failure')?.met).toBe(true);
  });

  test.each([1, 4])(
    'consumer: %d in a record, the record handler by hand hands over what ours does',
    async (perRecord) => {
      const seen: Record<string, unknown[]> = { orderedReplay: [], likeForLike: [] };
      const events = makeEvents({ count: 12, bytes: 600, perSecond: 5 });
      for (const way of ['orderedReplay', 'likeForLike'] as const) {
        const handlers = batchHandlers(
          async (event, delivery) => void seen[way]?.push({ id: event.id, delivery }),
        );
        expect(await handlers[way](streamBatch(events, perRecord))).toEqual({ batchItemFailures: [] });
      }
      expect(seen.likeForLike).toEqual(seen.orderedReplay);
      expect(seen.orderedReplay?.at(-1)).toMatchObject({ delivery: { orderingKey: '', offset: 11 } });
    },
  );
});
