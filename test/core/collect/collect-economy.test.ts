import { createCollector } from '../../../src/core/collect/collect';
import { createWorld } from '../../fakes/world';
import { eventOf } from '../../support/events';

test('given a busy collector, then collecting costs one write an event, one read of the row every two seconds, and a read and a mark every three', async () => {
  const world = createWorld();
  const collect = createCollector(world.collectDeps());
  const startMs = world.clock.now();
  for (let n = 0; n < 2_000; n++) {
    await collect(eventOf({ id: `e-${n}`, second: 0, sequence: n, key: `key-${n % 3}` }));
    world.clock.advance(10);
  }
  expect(world.buffer.calls).toHaveLength(2_000);
  expect(world.starts.calls).toHaveLength(1);
  const count = (wanted: string) => world.replays.calls.filter(({ method }) => method === wanted).length;
  const marks = count('save') - 1;
  expect(marks).toBeGreaterThanOrEqual(4);
  expect(marks).toBeLessThanOrEqual(8);
  // On the virtual clock the patience with a mark passes, too, although no mark takes it.
  const elapsedMs = world.clock.now() - startMs;
  expect(elapsedMs).toBeLessThanOrEqual(40_000);
  expect(count('get')).toBeLessThanOrEqual(elapsedMs / world.settings.phaseCacheMs + marks + 3);
});
