import { createCollector } from '../../../src/core/collect/collect';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/limits';
import type { Queues } from '../../../src/core/ports';
import { sequence } from '../../../src/core/replay/sequence';
import { type Settings, settleMs } from '../../../src/core/settings';
import { createWorld, type World } from '../../fakes/world';

const REPLAY = 'r1';
const EVENT = {
  id: 'e1',
  time: '2026-11-01T00:00:10Z',
  source: 'shop',
  'detail-type': 'Created',
  'replay-name': REPLAY,
  detail: {},
};

/**
 * Depths as SQS shows them: what held a minute ago.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
 */
function laggingQueues(world: World, sent: Record<'overflow' | 'deadLetters', [number, number][]>): Queues {
  return {
    depth: async (queue) => {
      const seenAtMs = world.clock.now() - MINUTE_MS;
      return sent[queue].filter(([fromMs, toMs]) => seenAtMs >= fromMs && seenAtMs < toMs).length;
    },
  };
}

/** Steps the sequencer until it answers something else than `wait`, or the phase is past the seal. */
async function runUntilSealed(world: World, queues: Queues): Promise<void> {
  for (let step = 0; step < 100; step++) {
    const answer = await sequence({ replay: REPLAY, generation: 1 }, { ...world.sequenceDeps(), queues });
    const row = await world.replays.get(REPLAY);
    if (answer.action !== 'wait' || row?.phase === 'SEALED') return;
    world.clock.set(Date.parse(answer.resumeAt));
  }
}

async function collected(settings: Partial<Settings> = {}): Promise<World> {
  const world = createWorld({ settings });
  world.status.set(REPLAY, { state: 'COMPLETED', description: 'speed=max' });
  await createCollector(world.collectDeps())(EVENT);
  return world;
}

describe('the seal, with queue depths that are a minute old', () => {
  /** A message that the last execution of `collect` parks at the very end of the settle time. */
  const parkedAtTheEnd = (world: World) => {
    const { arrivalStaleMs, maxArrivalGapMs } = world.settings;
    const fromMs = world.clock.now() + arrivalStaleMs + maxArrivalGapMs + settleMs(world.settings) - 1;
    return { fromMs, toMs: fromMs + 5 * MINUTE_MS };
  };

  test('given the last reading comes 75 s after the settle time, then a message that was parked last is seen before the seal (R1)', async () => {
    const world = await collected();
    const { fromMs, toMs } = parkedAtTheEnd(world);
    await runUntilSealed(world, laggingQueues(world, { overflow: [[fromMs, toMs]], deadLetters: [] }));
    expect(world.clock.now()).toBeGreaterThan(toMs);
  });

  test('given it came less than a minute after that, then the message would be missed', async () => {
    const world = await collected({ depthLagMs: 59 * SECOND_MS });
    const { fromMs, toMs } = parkedAtTheEnd(world);
    await runUntilSealed(world, laggingQueues(world, { overflow: [[fromMs, toMs]], deadLetters: [] }));
    expect(world.clock.now()).toBeLessThan(toMs);
  });

  test('given a redrive from the dead letters at any moment, then the seal waits until it is collected (R1)', async () => {
    for (let redrivenAfterMs = 0; redrivenAfterMs <= 10 * MINUTE_MS; redrivenAfterMs += 7 * SECOND_MS) {
      const world = await collected();
      const startMs = world.clock.now();
      const redrivenAtMs = startMs + redrivenAfterMs;
      const drainedAtMs = redrivenAtMs + 90 * SECOND_MS;
      const queues = laggingQueues(world, {
        deadLetters: [[startMs - 5 * MINUTE_MS, redrivenAtMs]],
        overflow: [[redrivenAtMs, drainedAtMs]],
      });
      await runUntilSealed(world, queues);
      expect(world.clock.now()).toBeGreaterThan(drainedAtMs);
    }
  });
});
