import { longNumbers } from './kinds';
import { playKind } from './play';

jest.setTimeout(240_000);

test('R2, R5: given integers that JavaScript does not hold, by both roads and twice, then order, lanes and texts are exact', async () => {
  let parked = 0;
  await playKind(longNumbers, 150, ({ phase, released, struck }, { events }) => {
    expect({ phase, released }).toEqual({ phase: 'DONE', released: events.length });
    parked += struck.get('oversized') ?? 0;
  });
  expect(parked).toBeGreaterThan(100);
});
