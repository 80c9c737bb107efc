import { PRICES } from '../../bench/prices';
import { cost, expressGbSeconds, marginal, scale, total, usage } from '../../bench/usage';

describe('the price of a usage', () => {
  test('given a million of something that is priced by the million, then it costs that price', () => {
    expect(total(usage({ standardTransitions: 1e6 }))).toBeCloseTo(25);
    expect(total(usage({ writeUnits: 1e6, readUnits: 1e6 }))).toBeCloseTo(0.75);
    expect(total(usage({ expressRequests: 1e6, lambdaRequests: 1e6 }))).toBeCloseTo(1.2);
  });

  test('given three transitions and three write units an event, then a million events cost 76.88 USD', () => {
    expect(total(scale(usage({ standardTransitions: 3, writeUnits: 3 }), 1e6))).toBeCloseTo(76.875);
  });

  test('given nothing, then it costs nothing', () => {
    expect(total(usage())).toBe(0);
    expect(Object.values(cost(usage())).every((usd) => usd === 0)).toBe(true);
  });

  test('every price has a source', () => {
    for (const { source, usd, per } of Object.values(PRICES)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(usd / per).toBeGreaterThan(0);
    }
  });
});

test('an Express execution is billed by 64 MB and 100 ms, both begun', () => {
  expect(expressGbSeconds(1, 1_024, 2_048)).toBeCloseTo(0.0625 * 0.1);
  expect(expressGbSeconds(100, 0, 0)).toBeCloseTo(0.00625);
  expect(expressGbSeconds(101, 0, 0)).toBeCloseTo(0.0125);
  expect(expressGbSeconds(1, 15 * 1024 ** 2, 0)).toBeCloseTo(0.125 * 0.1);
});

test('given a replay at two sizes, then what each event uses is told from what the replay uses', () => {
  const of = (events: number) => ({
    events,
    used: usage({ writeUnits: events * 2, standardTransitions: 12 }),
  });
  const { perEvent, perReplay } = marginal(of(100), of(300));
  expect(perEvent).toEqual(usage({ writeUnits: 2 }));
  expect(perReplay).toEqual(usage({ standardTransitions: 12 }));
});
