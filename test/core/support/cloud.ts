import { createCollector } from '../../../src/core/collect/collect';
import type { JsonObject } from '../../../src/core/json';
import type { SequencerInput } from '../../../src/core/ports';
import { type SequenceAnswer, type SequencerState, sequence } from '../../../src/core/replay/sequence';
import type { Settings } from '../../../src/core/settings';
import { Crash, type Hook } from '../../fakes/intercept';
import { createWorld } from '../../fakes/world';
import type { Chance } from '../../support/chance';
import { REPLAY } from '../../support/events';
import { nest } from './hooks';
import { createWatch } from './outcome';
import { createSimulation, type Latency } from './simulation';

/** As in the state machine `sequence`, and its function. */
const STEP_RETRIES = 8;
const STEP_TIMEOUT_MS = 300_000;
/** As in the state machine `collect`, and the queue's redrive policy. */
const COLLECT_ATTEMPTS = 2;
const MOST_RECEIVES = 5;
const BATCH_MESSAGES = 10;

export interface CloudOptions {
  settings: Partial<Settings>;
  description: string;
  chance: Chance;
  latencyMs: { collector: Latency; sequencer: Latency };
  /** One in this many points before and after port calls kills its actor; 0 for none. */
  crashOneIn?: number;
  /** False for sequencers that no timeout ends, however long their calls take. */
  timeouts?: boolean;
}

/** EventBridge, Lambda, SQS and Step Functions around the core, all at once. */
export function createCloud(options: CloudOptions) {
  const { chance, description, latencyMs, crashOneIn = 0, timeouts = true } = options;
  const world = createWorld({ settings: options.settings, recordCalls: false });
  const { collectTimeoutMs, maximumEventAgeMs } = world.settings;
  const simulation = createSimulation(world, chance);
  const { sleep, spawn } = simulation;
  const watch = createWatch(world);
  const answers: SequenceAnswer[] = [];
  const overflow: { event: JsonObject; receives: number }[] = [];
  const deadLetters: JsonObject[] = [];
  const accepted: JsonObject[] = [];
  let cancelled = false;
  const started = new Set<string>();
  const environments: { collect: ReturnType<typeof createCollector>; life: { hook: Hook } }[] = [];

  simulation.beforeTurn.push(() => {
    world.queues.depths.overflow = overflow.length;
    world.queues.depths.deadLetters = deadLetters.length;
    for (const input of world.starts.running) spawnExecution(input);
  });

  function faults(): Hook {
    const pass = () => {
      if (crashOneIn > 0 && chance.upTo(crashOneIn - 1) === 0) throw new Crash('by chance');
    };
    return { before: pass, after: pass };
  }

  /** A warm function handles one call after the other; one that has crashed handles none again. */
  function takeEnvironment() {
    const warm = environments.splice(chance.upTo(environments.length), 1)[0];
    if (warm) return warm;
    const life: { hook: Hook } = { hook: {} };
    const current: Hook = {
      before: (call) => life.hook.before?.(call),
      after: (call, result) => life.hook.after?.(call, result),
    };
    const hook = nest(simulation.travelling(latencyMs.collector), current, faults(), watch);
    return {
      life,
      collect: createCollector({ ...world.collectDeps({ hook }), clock: { now: world.clock.now, sleep } }),
    };
  }

  async function callCollect(events: JsonObject[]): Promise<PromiseSettledResult<unknown>[]> {
    const environment = takeEnvironment();
    const results = await simulation.callWithTimeout(collectTimeoutMs, (life) => {
      environment.life.hook = life;
      return Promise.allSettled(events.map((event) => environment.collect(event)));
    });
    for (const result of results) {
      if (result.status === 'rejected' && !(result.reason instanceof Crash)) throw result.reason;
    }
    if (results.every(({ status }) => status === 'fulfilled')) environments.push(environment);
    return results;
  }

  /** One event on its way from the rule: tried twice, else parked. */
  async function deliver(event: JsonObject): Promise<void> {
    for (let attempt = 0; attempt < COLLECT_ATTEMPTS; attempt++) {
      const results = await callCollect([event]).catch(() => []);
      if (results[0]?.status === 'fulfilled') return;
    }
    overflow.push({ event, receives: 0 });
    spawn(drain);
  }

  async function drain(): Promise<void> {
    while (overflow.length > 0) {
      await sleep(chance.upTo(20_000));
      const batch = overflow.slice(0, BATCH_MESSAGES);
      const results = await callCollect(batch.map(({ event }) => event)).catch(() => []);
      for (const [n, message] of batch.entries()) {
        const at = overflow.indexOf(message);
        if (at < 0) continue;
        if (results[n]?.status === 'fulfilled') overflow.splice(at, 1);
        else if (++message.receives >= MOST_RECEIVES)
          deadLetters.push(...overflow.splice(at, 1).map(({ event }) => event));
      }
    }
  }

  function spawnExecution(input: SequencerInput): void {
    const name = `${input.replay}.${input.generation}`;
    if (started.has(name)) return;
    started.add(name);
    spawn(() => execute(input).finally(() => world.starts.end(input)));
  }

  async function step(state: SequencerState): Promise<SequenceAnswer> {
    for (let retry = 0; ; retry++) {
      try {
        return await simulation.callWithTimeout(timeouts ? STEP_TIMEOUT_MS : 1e12, (life) => {
          const deadlineMs = world.clock.now() + STEP_TIMEOUT_MS;
          const hook = nest(simulation.travelling(latencyMs.sequencer), life, faults(), watch);
          const deps = world.sequenceDeps({ hook, remainingMs: () => deadlineMs - world.clock.now() });
          return sequence(state, { ...deps, clock: { now: world.clock.now, sleep } });
        });
      } catch (error) {
        if (!(error instanceof Crash) || retry === STEP_RETRIES) throw error;
        await sleep(2_000 + chance.upTo(2_000));
      }
    }
  }

  async function execute(input: SequencerInput): Promise<void> {
    let state: SequencerState = input;
    for (;;) {
      const answer = await step(state);
      answers.push(answer);
      if (answer.action === 'done' || answer.action === 'fail') return;
      const { action, resumeAt, ...next } = answer;
      if (action === 'continueAsNew') {
        await world.starts.start({ replay: next.replay, generation: next.generation });
        return;
      }
      if (action === 'wait')
        await sleep(Math.max(0, Math.floor(Date.parse(resumeAt) / 1_000) * 1_000 - world.clock.now()));
      state = next;
    }
  }

  return {
    world,
    watch,
    answers,
    deadLetters,
    /** Events that the rule has taken, duplicates too. */
    accepted,
    simulation,
    deliver,
    execute,
    /** Replays events over a while: some come at once, some as late as the rule may bring them. */
    async replay(events: JsonObject[], overMs: number): Promise<void> {
      world.status.set(REPLAY, { state: 'RUNNING', description });
      for (const event of events) {
        await sleep(chance.upTo(Math.ceil((2 * overMs) / events.length)));
        if (cancelled) return;
        accepted.push(event);
        const delayMs = chance.upTo(3) === 0 ? chance.upTo(maximumEventAgeMs) : chance.upTo(500);
        spawn(() => sleep(delayMs).then(() => deliver(event)));
      }
      if (!cancelled) world.status.set(REPLAY, { state: 'COMPLETED', description });
    },
    /** Cancels the replay in EventBridge: no further events are sent; those under way arrive. */
    cancel(): void {
      cancelled = true;
      world.status.set(REPLAY, { state: 'CANCELLED', description });
    },
    /** Hands the dead letters back, as somebody who has mended what was wrong. */
    redrive(): void {
      overflow.push(...deadLetters.splice(0).map((event) => ({ event, receives: 0 })));
      spawn(drain);
    },
    row: () => world.replays.row(REPLAY),
  };
}

export type Cloud = ReturnType<typeof createCloud>;
