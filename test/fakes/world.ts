import type { CollectDeps } from '../../src/core/collect/collect';
import type { HealDeps } from '../../src/core/replay/heal';
import type { SequenceDeps } from '../../src/core/replay/sequence';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/settings';
import { SEQUENCE_TIMEOUT_MS } from '../../src/local/local-settings';
import { virtualClock } from './clock';
import { memoryEventBuffer } from './event-buffer';
import type { FakeOptions } from './fake';
import { memoryHistories } from './histories';
import { type Hook, intercept } from './intercept';
import { memoryLanes } from './lanes';
import { recordingObserver } from './observer';
import { memoryQueues } from './queues';
import { scriptedReplayStatus } from './replay-status';
import { memoryReplays } from './replays';
import { memorySequencerStarts } from './sequencer-starts';

export interface WorldOptions extends FakeOptions {
  settings?: Partial<Settings>;
  startMs?: number;
}

/**
 * All ports in memory, shared by any number of actors. An actor is a collector or a sequencer made from
 * `collectDeps` or `sequenceDeps`; a hook given there stands around this actor's port calls only.
 *
 * @example
 * const world = createWorld({ settings: { groupCount: 1 } });
 * world.status.set('r1', { state: 'COMPLETED', description: 'speed=max' });
 * const collect = createCollector(world.collectDeps());
 * const answer = await sequence({ replay: 'r1', generation: 1 }, world.sequenceDeps({ hook: crashAt(7) }));
 */
export function createWorld(options: WorldOptions = {}) {
  const settings: Settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const clock = virtualClock(options.startMs);
  const buffer = memoryEventBuffer(options);
  const replays = memoryReplays(options);
  const histories = memoryHistories(options);
  const lanes = memoryLanes(options);
  const status = scriptedReplayStatus(options);
  const queues = memoryQueues(options);
  const starts = memorySequencerStarts(options);
  const observer = recordingObserver();

  const hooked = (hook: Hook | undefined) => {
    const around = <P extends object>(port: P, name: string): P =>
      hook ? intercept(port, name, hook) : port;
    return {
      clock: hook ? intercept(clock, 'clock', hook, ['now', 'advance', 'set']) : clock,
      buffer: around(buffer, 'buffer'),
      replays: around(replays, 'replays'),
      histories: around(histories, 'histories'),
      lanes: around(lanes, 'lanes'),
      status: around(status, 'status'),
      queues: around(queues, 'queues'),
      starts: around(starts, 'starts'),
    };
  };

  return {
    settings,
    clock,
    buffer,
    replays,
    histories,
    lanes,
    status,
    queues,
    starts,
    observer,
    collectDeps({ hook }: { hook?: Hook } = {}): CollectDeps {
      const ports = hooked(hook);
      return { ...ports, settings };
    },
    healDeps({ hook }: { hook?: Hook } = {}): HealDeps {
      const { starts: executions, replays, clock } = hooked(hook);
      return { executions, replays, clock };
    },
    /** @param actor `remainingMs`: by default a call of 300 s, counted from now on the virtual clock. */
    sequenceDeps(actor: { hook?: Hook; remainingMs?: () => number } = {}): SequenceDeps {
      const deadlineMs = clock.now() + SEQUENCE_TIMEOUT_MS;
      const remainingMs = actor.remainingMs ?? (() => deadlineMs - clock.now());
      return { ...hooked(actor.hook), observer: observer.port, settings, remainingMs };
    },
  };
}

export type World = ReturnType<typeof createWorld>;
