import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Costs, measureCost } from '../../bench/cost';
import { itemBytes, startDynalite } from '../../bench/dynalite';
import {
  expressGbSeconds,
  PRICES,
  perMillion,
  type SizeRow,
  scale,
  total,
  type Usage,
  usage,
} from '../../bench/prices';
import { type DayOfWaiting, measureDayOfWaiting } from '../../bench/waits';

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

describe('what a day of waiting costs', () => {
  let day: DayOfWaiting;
  beforeAll(async () => {
    const dynamodb = await startDynalite();
    try {
      day = await measureDayOfWaiting(dynamodb);
    } finally {
      dynamodb.stop();
    }
  }, 120_000);
  const read = (what: string) => {
    const document = readFileSync(join(__dirname, '../../docs/cost.md'), 'utf8');
    return Number(new RegExp(`${what}[^|]*\\| (\\d\\.\\d+) `).exec(document)?.[1]);
  };

  test('three transitions every five minutes, and as good as nothing else', () => {
    for (const used of Object.values(day)) {
      expect(used.standardTransitions / 3).toBeGreaterThanOrEqual(284);
      expect(used.standardTransitions / 3).toBeLessThanOrEqual(300);
      expect(total({ ...used, standardTransitions: 0 })).toBeLessThan(0.003);
    }
  });

  test('for an event that is due in a day: at most 0.03 USD; docs/cost.md says how much', () => {
    expect(total(day.sparse)).toBeLessThanOrEqual(0.03);
    expect(Math.abs(total(day.sparse) - read('the next event is far off'))).toBeLessThan(0.001);
  });

  test('paused: less than 0.05 USD; docs/cost.md says how much', () => {
    expect(total(day.paused)).toBeLessThan(0.05);
    expect(Math.abs(total(day.paused) - read('it is paused'))).toBeLessThan(0.001);
  });
});

describe('what a million events use, told from replays of 5 and 15', () => {
  let costs: Costs;
  beforeAll(async () => {
    const scale = { small: 5, large: 15, baselineEvents: 5, rounds: 1, variantRounds: 1, coldStarts: 1 };
    costs = (await measureCost({ ...scale, sizes: { '1 KB': 1_024 } })).data as Costs;
  }, 120_000);
  const used = () => costs.perMillion[0] as SizeRow;

  test('ours: an Express execution and a call each, one write unit and one for some in the lane, few transitions', () => {
    const { ours } = used();
    expect(ours.expressRequests).toBe(1e6);
    expect(ours.lambdaRequests).toBeCloseTo(1e6, -2);
    expect(ours.writeUnits).toBeGreaterThan(1e6);
    expect(ours.writeUnits).toBeLessThan(1.6e6);
    expect(ours.standardTransitions).toBeLessThan(40);
    expect(ours.lambdaGbSeconds).toBeGreaterThan(1_000);
    // 1 KB of text, deflated, and 100 bytes an item, for 14 days.
    expect((ours.storageGbMonths * 1024 ** 3) / 1e6).toBeGreaterThan(300 * (14 / 30));
    expect((ours.storageGbMonths * 1024 ** 3) / 1e6).toBeLessThan(1_124 * (14 / 30));
  });

  test('the baselines: three transitions each', () => {
    const { table, bus } = used();
    expect(table).toMatchObject({ standardTransitions: 3e6, writeUnits: 2e6, customEvents: 0 });
    expect(bus).toMatchObject({ standardTransitions: 3e6, writeUnits: 0, customEvents: 1e6 });
  });

  test('a detail that cannot be deflated takes more, and so does a sparse replay at its own pace', () => {
    const [noise, dense, sparse] = costs.variants.map(({ used: each }) => each) as [Usage, Usage, Usage];
    expect(noise.writeUnits).toBeGreaterThan(used().ours.writeUnits);
    expect(sparse.lambdaGbSeconds).toBeGreaterThan(3 * dense.lambdaGbSeconds);
  });

  test('cold starts: of the bundle that is deployed', () => {
    expect(costs.coldStart.bytes).toBeGreaterThan(200_000);
    expect(costs.coldStart.importMs).toBeGreaterThan(1);
  });
});
