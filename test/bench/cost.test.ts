import { costOfBaseline } from '../../bench/cost-baseline';
import { costOfOurs, memorySizes } from '../../bench/cost-ours';
import { type MeteredDynamoDb, startDynalite } from '../../bench/dynalite';
import { makeEvents } from '../../bench/events';

jest.setTimeout(60_000);

let dynamodb: MeteredDynamoDb;
const events = makeEvents({ count: 50, bytes: 1_024, perSecond: 5 });

beforeAll(async () => {
  dynamodb = await startDynalite();
});
afterAll(() => dynamodb?.stop());

test('given 50 events of 1 KB, then ours takes one write unit each and one for some in the lane, and few transitions', async () => {
  const { used, transitions, writeUnits } = await costOfOurs(dynamodb, { events, speed: 'max' });
  expect(used.expressRequests).toBe(50);
  expect(writeUnits.buffer).toBe(50);
  expect(writeUnits.lanes).toBeLessThanOrEqual(20);
  expect(transitions).toBeLessThan(40);
  expect(used.lambdaGbSeconds).toBeGreaterThan(0);
});

test('given the same events, then the baselines take three transitions each', async () => {
  const table = await costOfBaseline('table', dynamodb, { events, speed: '1' });
  expect(table.used).toMatchObject({ standardTransitions: 150, writeUnits: 100, customEvents: 0 });
  const bus = await costOfBaseline('bus', dynamodb, { events, speed: '1' });
  expect(bus.used).toMatchObject({ standardTransitions: 150, writeUnits: 0, customEvents: 50 });
});

test('the memory sizes are those of the stack', async () => {
  expect(await memorySizes()).toEqual({ collect: expect.any(Number), sequence: expect.any(Number) });
});
