import { createCollector } from '../../src/core/collect/collect';
import { sequence } from '../../src/core/replay/sequence';
import { SEALED } from '../support/selections';
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
      buffer.read('r', 0, SEALED, undefined, 0),
      buffer.addDuplicate({ replay: 'r', bucket: 0, position: 'p' }),
      replays.addLate('r'),
    ];
    for (const call of broken) await expect(call).rejects.toThrow(ContractBroken);
  });
});

describe('a table with a time to live', () => {
  const LINGERS_MS = 5_000;

  /** A world with a row, an event and a lane that expire in ten seconds. */
  async function expiringWorld(timeToLive: boolean) {
    const clock = virtualClock();
    const options = timeToLive ? { timeToLive: { now: clock.now, lingersMs: () => LINGERS_MS } } : {};
    const { buffer, lanes, replays, settings } = createWorld(options);
    const expiresAtMs = clock.now() + 10_000;
    const row = { phase: 'COLLECTING' as const, generation: 1, tiebreaker: '', late: 0 };
    await replays.create({ ...row, ...settings, replay: 'r', createdAtMs: clock.now(), expiresAtMs });
    const key = { replay: 'r', bucket: 0, position: 'p##1' };
    const put = () => buffer.put(key, { json: '{}', late: false, receivedAtMs: clock.now(), expiresAtMs });
    const append = (position: string) =>
      lanes.append('r#', [{ position, tiebreaker: '', json: '{}' }], expiresAtMs);
    await put();
    await append('p##1');
    return { clock, buffer, lanes, replays, put, append };
  }

  test('gives what has expired until it vanishes, and takes writes of it', async () => {
    const { clock, buffer, replays, put, append } = await expiringWorld(true);
    clock.advance(10_000 + LINGERS_MS - 1);
    expect(await put()).toEqual({ existing: { late: false, lateCounted: false } });
    expect(await buffer.count('r', 0, SEALED, undefined)).toEqual({ events: 1 });
    expect(await append('p##1')).toEqual({ alreadyAt: 'p##1' });
    expect(await replays.save('r', { dead: 1 }, {})).toBe(true);
  });

  test('gives nothing of what has vanished: it can be made anew', async () => {
    const { clock, buffer, lanes, replays, put, append } = await expiringWorld(true);
    clock.advance(10_000 + LINGERS_MS);
    expect(await buffer.read('r', 0, SEALED, undefined, 10)).toEqual({ events: [] });
    expect(await put()).toBe('stored');
    expect(await append('p##1')).toBe('appended');
    expect(lanes.log.map(({ offset }) => offset)).toEqual([0, 0]);
    expect(await replays.get('r')).toBeUndefined();
    expect(await replays.save('r', { dead: 1 }, {})).toBe(false);
  });

  test('that nobody asked for keeps everything', async () => {
    const { clock, replays, put, append } = await expiringWorld(false);
    clock.advance(365 * 86_400_000);
    expect(await put()).not.toBe('stored');
    expect(await append('p##1')).toEqual({ alreadyAt: 'p##1' });
    expect(await replays.get('r')).toBeDefined();
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
