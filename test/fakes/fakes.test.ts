import { createCollector } from '../../src/core/collect/collect';
import { sequence } from '../../src/core/replay/sequence';
import { virtualClock } from './clock';
import { ContractBroken } from './fake';
import { Crash, crashAt, intercept } from './intercept';
import { memoryLanes } from './lanes';
import { memoryQueues } from './queues';
import { createWorld } from './world';

const EVENT = {
  id: '1',
  time: '2026-11-01T00:00:00Z',
  source: 's',
  'detail-type': 't',
  'replay-name': 'r',
  detail: {},
};

describe('a fake', () => {
  test('records its calls, those too that fail', async () => {
    const queues = memoryQueues();
    queues.failNext('depth');
    await expect(queues.depth('overflow')).rejects.toThrow('queues.depth fails');
    await queues.depth('deadLetters');
    expect(queues.calls.map(({ method, args }) => [method, ...args])).toEqual([
      ['depth', 'overflow'],
      ['depth', 'deadLetters'],
    ]);
  });

  test('fails before or after its effect, as often as asked, with the error asked for', async () => {
    const lanes = memoryLanes();
    const append = () => lanes.append('r#', [{ position: 'p##1', tiebreaker: '', json: '{}' }], 0);
    lanes.failNext('append', { times: 2, error: new Error('throttled') });
    lanes.failNext('append', { after: true });
    await expect(append()).rejects.toThrow('throttled');
    await expect(append()).rejects.toThrow('throttled');
    expect(lanes.log).toHaveLength(0);
    await expect(append()).rejects.toThrow('lanes.append fails');
    expect(lanes.log).toHaveLength(1);
    expect(await append()).toEqual({ alreadyAt: 'p##1' });
  });

  test('refuses what breaks the contract of its port', async () => {
    const { buffer, lanes, replays } = createWorld();
    const broken = [
      lanes.append('r#', [], 0),
      lanes.append(
        'r#',
        ['p2', 'p1'].map((position) => ({ position, tiebreaker: '', json: '{}' })),
        0,
      ),
      buffer.read('r', 0, undefined, 0),
      buffer.addDuplicate({ replay: 'r', bucket: 0, position: 'p' }),
      replays.addLate('r'),
    ];
    for (const call of broken) await expect(call).rejects.toThrow(ContractBroken);
  });
});

describe('a hook', () => {
  test('stands before and after every call, and can wait', async () => {
    const seen: string[] = [];
    const queues = memoryQueues();
    const hooked = intercept(queues, 'queues', {
      before: async ({ port, method, args }) => {
        await Promise.resolve();
        seen.push(`before ${port}.${method} ${args}`);
        queues.depths.overflow = 7;
      },
      after: (_, result) => void seen.push(`after: ${result}`),
    });
    expect(await hooked.depth('overflow')).toBe(7);
    expect(seen).toEqual(['before queues.depth overflow', 'after: 7']);
  });

  test('that crashes an actor lets it make no further call', async () => {
    const queues = memoryQueues();
    const crash = crashAt(3);
    const hooked = intercept(queues, 'queues', crash);
    await hooked.depth('overflow');
    expect(crash.crashed).toBe(false);
    await expect(hooked.depth('overflow')).rejects.toThrow(Crash);
    expect(crash.crashed).toBe(true);
    await expect(hooked.depth('overflow')).rejects.toThrow('at queues.depth');
    expect(queues.calls).toHaveLength(2);
  });
});

describe('the virtual clock', () => {
  test('moves by sleeping or by hand only', async () => {
    const clock = virtualClock(1_000);
    await clock.sleep(250);
    clock.advance(50);
    expect(clock.now()).toBe(1_300);
    clock.set(500);
    expect(clock.now()).toBe(500);
    expect(clock.slept).toEqual([250]);
    await expect(clock.sleep(-1)).rejects.toThrow(ContractBroken);
  });
});

describe('a world', () => {
  test('runs a replay from its first event to its end, wherever a sequencer crashes', async () => {
    for (let point = 0; ; point++) {
      const world = createWorld();
      world.status.set('r', {});
      await createCollector(world.collectDeps())(EVENT);
      const crash = crashAt(point);
      await runToEnd(world, crash);
      expect([...world.lanes.contents().values()].flat()).toHaveLength(1);
      expect(world.replays.row('r')).toMatchObject({ phase: 'DONE', collected: 1 });
      if (!crash.crashed) break;
    }
  });
});

async function runToEnd(
  world: ReturnType<typeof createWorld>,
  crash: ReturnType<typeof crashAt>,
): Promise<void> {
  for (let calls = 0; calls < 100; calls++) {
    try {
      const deps = world.sequenceDeps(crash.crashed ? {} : { hook: crash });
      const answer = await sequence({ replay: 'r', generation: 1 }, deps);
      if (!('resumeAt' in answer)) return;
      world.clock.set(Math.max(world.clock.now(), Date.parse(answer.resumeAt)));
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
  throw new Error('The replay does not end.');
}
