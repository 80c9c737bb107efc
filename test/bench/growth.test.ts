import { type Growth, growthSection, measureGrowth } from '../../bench/growth';

jest.setTimeout(60_000);

const scale = { rounds: 1, warmUpEvents: 100, turns: 1, timedEvents: 2_000 };
const flat: Growth = { events: 1_000, heldBytes: 5e6, peakRssBytes: 6e7, calls: 40, cpuMicros: 4 };
const metWith = (most: Partial<Growth>) =>
  growthSection([flat, { ...flat, events: 10_000, calls: 400, ...most }], scale).targets.map(
    ({ met }) => met,
  );

describe('the verdict on growth', () => {
  test('given the same memory and work at every size, then both targets are met', () => {
    expect(metWith({})).toEqual([true, true]);
  });

  test.each([
    ['memory held', { heldBytes: 6.1e6 }, [false, true]],
    ['store calls', { calls: 450 }, [true, false]],
    ['processor time', { cpuMicros: 4.5 }, [true, false]],
    ['processor time, less of it', { cpuMicros: 3.5 }, [true, false]],
  ])('given more than is allowed of %s, then that target is missed', (_what, most, met) => {
    expect(metWith(most)).toEqual(met);
  });
});

test('what is measured: reads, appends and checkpoints of every event', async () => {
  const { data } = await measureGrowth({ ...scale, sizes: [500, 2_000] });
  const [least, most] = data as [Growth, Growth];
  // 25 in an item, 8 buckets that are each read more than once, and the end that is saved.
  expect(least.calls).toBeGreaterThan(500 / 25 + 8);
  expect(most.calls).toBeGreaterThan(2_000 / 25 + 8);
  expect(most.heldBytes).toBeGreaterThan(0);
  expect(most.cpuMicros).toBeGreaterThan(0);
});
