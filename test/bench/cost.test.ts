import { costOfBaseline, costOfOurs } from '../../bench/cost-runs';
import { itemBytes, type MeteredDynamoDb, startDynalite } from '../../bench/dynalite';
import { makeEvents } from '../../bench/events';
import { expressGbSeconds, PRICES, perMillion, scale, total, usage } from '../../bench/prices';

describe('the price of a usage', () => {
  test('given a million of something that is priced by the million, then it costs that price', () => {
    expect(total(usage({ standardTransitions: 1e6 }))).toBeCloseTo(25);
    expect(total(usage({ writeUnits: 1e6, readUnits: 1e6 }))).toBeCloseTo(0.75);
    expect(total(usage({ expressRequests: 1e6, lambdaRequests: 1e6 }))).toBeCloseTo(1.2);
    expect(total(usage())).toBe(0);
  });

  test('given three transitions and three write units an event, then a million events cost 76.88 USD', () => {
    expect(total(scale(usage({ standardTransitions: 3, writeUnits: 3 }), 1e6))).toBeCloseTo(76.875);
  });

  test('every price has a source', () => {
    for (const { source, usd, per } of Object.values(PRICES)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(usd / per).toBeGreaterThan(0);
    }
  });

  test('an Express execution is billed by 64 MB and 100 ms, both begun', () => {
    expect(expressGbSeconds(1, 1_024, 2_048)).toBeCloseTo(0.0625 * 0.1);
    expect(expressGbSeconds(100, 0, 0)).toBeCloseTo(0.00625);
    expect(expressGbSeconds(101, 0, 0)).toBeCloseTo(0.0125);
    expect(expressGbSeconds(1, 15 * 1024 ** 2, 0)).toBeCloseTo(0.125 * 0.1);
  });

  test('given a replay at two sizes, then a million events use what each event uses, and once what the replay uses', () => {
    const of = (events: number) => ({
      events,
      used: usage({ writeUnits: events * 2, standardTransitions: 12 }),
    });
    expect(perMillion(of(100), of(300))).toEqual(usage({ writeUnits: 2e6, standardTransitions: 12 }));
  });

  test('an item has the bytes of its names and values', () => {
    expect(itemBytes({ id: { S: 'abc' }, n: { N: '12345' }, b: { B: Buffer.alloc(10) } })).toBe(5 + 5 + 11);
  });
});

describe('what 50 events of 1 KB use', () => {
  let dynamodb: MeteredDynamoDb;
  const events = makeEvents({ count: 50, bytes: 1_024, perSecond: 5 });

  beforeAll(async () => {
    dynamodb = await startDynalite();
  }, 60_000);
  afterAll(() => dynamodb?.stop());

  test('ours: one write unit each and one for some in the lane, and few transitions', async () => {
    const { used, writeUnits } = await costOfOurs(dynamodb, events, 'max');
    expect(used.expressRequests).toBe(50);
    expect(writeUnits.buffer).toBe(50);
    expect(writeUnits.lanes).toBeGreaterThan(0);
    expect(writeUnits.lanes).toBeLessThanOrEqual(20);
    expect(used.standardTransitions).toBeLessThan(40);
    expect(used.lambdaGbSeconds).toBeGreaterThan(0);
    // 50 KB of text, deflated, and 100 bytes an item, for 14 days.
    expect(used.storageGbMonths * 1024 ** 3).toBeGreaterThan(50 * 300 * (14 / 30));
    expect(used.storageGbMonths * 1024 ** 3).toBeLessThan(50 * 1_124 * (14 / 30));
  });

  test('the baselines: three transitions each', async () => {
    const table = await costOfBaseline('table', dynamodb, events);
    expect(table.used).toMatchObject({ standardTransitions: 150, writeUnits: 100, customEvents: 0 });
    const bus = await costOfBaseline('bus', dynamodb, events);
    expect(bus.used).toMatchObject({ standardTransitions: 150, writeUnits: 0, customEvents: 50 });
  });
});
