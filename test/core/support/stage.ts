import { type Collected, createCollector } from '../../../src/core/collect/collect';
import type { JsonObject } from '../../../src/core/json';
import type { SequencerInput } from '../../../src/core/ports';
import { type SequenceAnswer, type SequencerState, sequence } from '../../../src/core/replay/sequence';
import type { Settings } from '../../../src/core/settings';
import { Crash, type Hook } from '../../fakes/intercept';
import { createWorld } from '../../fakes/world';
import { REPLAY } from '../../support/events';
import { type CrashPlan, crashPlan, nest } from './hooks';
import { createWatch } from './outcome';

/** As in the state machine `sequence`. */
const STEP_RETRIES = 8;
const RETRY_AFTER_MS = 2_000;
/** Of one event, before the test gives up. */
const DELIVERIES = 10;
/** An execution that takes more calls than this will never end. */
const MOST_CALLS = 20_000;

export interface StageOptions {
  settings?: Partial<Settings>;
  description?: string;
  crashes?: CrashPlan;
  /** Milliseconds that the next port call takes. */
  latencyMs?: () => number;
  /** Of each call of the sequencer. */
  callMs?: number;
  stepRetries?: number;
}

export interface Execution {
  goesOn?: (answer: SequenceAnswer) => boolean;
  /** Around all port calls of this execution. */
  hook?: Hook;
}

/**
 * Plays EventBridge, Lambda and Step Functions around the core, one thing after the other on a virtual clock: events
 * are delivered again until they are collected, a sequencer's step is retried, and its answers are followed.
 */
export function createStage(options: StageOptions = {}) {
  const { crashes = crashPlan(), latencyMs = () => 0, description = '' } = options;
  const { callMs = 300_000, stepRetries = STEP_RETRIES } = options;
  const world = createWorld({ settings: options.settings ?? {} });
  const watch = createWatch(world);
  const answers: SequenceAnswer[] = [];
  const slow: Hook = { before: () => world.clock.advance(latencyMs()) };
  const actor = () => nest(slow, crashes.actor(), watch);
  const newCollector = () => createCollector(world.collectDeps({ hook: actor() }));
  let warmCollector = newCollector();

  world.status.set(
    REPLAY,
    { state: 'STARTING', description },
    { state: 'RUNNING', description },
    { description },
  );

  async function deliver(event: JsonObject | string): Promise<Collected> {
    for (let attempt = 0; attempt < DELIVERIES; attempt++) {
      try {
        return await warmCollector(event);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        warmCollector = newCollector();
        world.clock.advance(1_000);
      }
    }
    throw new Error('The event was not collected.');
  }

  async function call(state: SequencerState, hook?: Hook): Promise<SequenceAnswer | 'crashed'> {
    const deadlineMs = world.clock.now() + callMs;
    const remainingMs = () => deadlineMs - world.clock.now();
    const deps = world.sequenceDeps({ hook: nest(hook, actor()), remainingMs });
    try {
      return await sequence(state, deps);
    } catch (error) {
      if (error instanceof Crash) return 'crashed';
      throw error;
    }
  }

  async function step(state: SequencerState, hook?: Hook): Promise<SequenceAnswer | 'crashed'> {
    for (let retry = 0; retry <= stepRetries; retry++) {
      const answer = await call(state, hook);
      if (answer !== 'crashed') return answer;
      world.clock.advance(RETRY_AFTER_MS);
    }
    return 'crashed';
  }

  /** Follows an execution to its end. `goesOn` may stop it, as somebody who ends it by hand. */
  async function execute(
    input: SequencerInput,
    { goesOn = () => true, hook }: Execution = {},
  ): Promise<void> {
    let state: SequencerState = input;
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const answer = await step(state, hook);
      if (answer === 'crashed') return world.starts.end(input);
      answers.push(answer);
      if (!goesOn(answer) || answer.action === 'done' || answer.action === 'fail')
        return world.starts.end(input);
      const { action, resumeAt, ...next } = answer;
      if (action === 'continueAsNew') {
        await world.starts.start({ replay: next.replay, generation: next.generation });
        return world.starts.end(input);
      }
      if (action === 'wait') world.clock.set(Math.max(world.clock.now(), wholeSecond(resumeAt)));
      state = next;
    }
    throw new Error('The execution never ends.');
  }

  return {
    world,
    watch,
    /** All answers of all calls so far. */
    answers,
    deliver,
    execute,
    /** Runs the executions that were started, one after the other, until none is left. */
    async run(execution?: Execution): Promise<void> {
      for (let next = world.starts.running[0]; next; next = world.starts.running[0])
        await execute(next, execution);
    },
    row: () => world.replays.row(REPLAY),
    get report() {
      const last = answers.at(-1);
      return last?.action === 'done' ? last.report : undefined;
    },
  };
}

export type Stage = ReturnType<typeof createStage>;

/** `Wait` ends at the whole second: https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
function wholeSecond(instant: string): number {
  return Math.floor(Date.parse(instant) / 1_000) * 1_000;
}
