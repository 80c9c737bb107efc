import type { JsonObject } from '../../src/core/json';
import type { SequencerInput } from '../../src/core/ports';
import type { SequenceAnswer, SequencerState } from '../../src/core/replay/sequence';
import type { Random } from '../../src/local/random';
import collectMachine from '../../statemachines/collect.asl.json';
import sequenceMachine from '../../statemachines/sequence.asl.json';
import type { Answer, CollectCall, LambdaFunction } from './lambda';
import { strikes, type World } from './world';

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MOST_HISTORY_EVENTS = 25_000;

/**
 * Counts a state's retries by its `Retry`: the first retrier that names the error decides, each with its own count.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 *
 * @returns milliseconds until the next attempt (`FULL` jitter: from nothing to the whole interval), or `undefined`.
 */
function retries(retriers: Retrier[], random: Random): (error: string) => number | undefined {
  const counts = retriers.map(() => 0);
  return (error) => {
    const n = retriers.findIndex(
      ({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'),
    );
    const retrier = retriers[n];
    const count = counts[n] ?? 0;
    if (!retrier || count >= (retrier.MaxAttempts ?? 3)) return undefined;
    counts[n] = count + 1;
    const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** count;
    return random.integer(0, 1_000 * Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY));
  };
}

/** A task's end, or the state's `TimeoutSeconds`: the function that was called goes on all the same. */
function within(world: World, seconds: number, task: Promise<Answer>): Promise<Answer> {
  const { scheduler } = world;
  return new Promise((resolve) => {
    const timeout = scheduler.at(seconds * 1_000, () => resolve({ ok: false, error: 'States.Timeout' }));
    task
      .then((answer) => {
        scheduler.cancel(timeout);
        resolve(answer);
      })
      .catch((error) => scheduler.fail(error));
  });
}

/**
 * The Express machine `collect`. Express executions run at least once, so now and then twice:
 * https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
 */
export function expressCollect(world: World, parts: { collect: CollectCall; park(event: JsonObject): void }) {
  const { scheduler } = world;
  const random = world.random('express');
  const { Collect, Park } = collectMachine.States;

  async function execute(event: JsonObject): Promise<void> {
    const startedMs = scheduler.nowMs;
    const retryCollect = retries(Collect.Retry, random);
    for (;;) {
      const answer = await within(world, Collect.TimeoutSeconds, parts.collect(event, [event]));
      if (answer.ok) return;
      const delayMs = retryCollect(answer.error);
      if (delayMs === undefined) break;
      await scheduler.sleep(delayMs);
    }
    const retryPark = retries(Park.Retry, random);
    for (;;) {
      await scheduler.sleep(random.integer(5, 100));
      const delayMs = strikes(world, 'parkFails') ? retryPark('SQS.SqsException') : undefined;
      // SQS takes one of a state's attempts: an execution that fails in `Park` would lose its event.
      if (delayMs === undefined) break;
      await scheduler.sleep(delayMs);
    }
    if (scheduler.nowMs - startedMs > collectMachine.TimeoutSeconds * 1_000) {
      world.checkers.fail(
        'R1',
        'an execution of collect took longer than its TimeoutSeconds: its event is lost',
      );
    }
    parts.park(event);
  }

  return function start(event: JsonObject): void {
    scheduler.spawn(() => execute(event), random.integer(5, 50));
    if (strikes(world, 'expressTwice')) scheduler.spawn(() => execute(event), random.integer(5, 120_000));
  };
}

/**
 * The Standard machine `sequence`: each state exactly once, as far as Step Functions goes; started idempotently by
 * name while it runs; `Wait` in whole seconds; failed at 25,000 history events.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
export function standardSequence(
  world: World,
  parts: {
    sequence: LambdaFunction;
    /** Of one that `collect`, the healer or the one before started; by hand with a name of theirs, too. */
    ended(input: SequencerInput, how: 'succeeded' | 'failed' | 'aborted'): void;
  },
) {
  const { scheduler, starts, trace, scenario, running } = world;
  const random = world.random('standard');
  const { ForwardDueEvents } = sequenceMachine.States;
  const known = new Set<string>();
  let aborts = scenario.abortSequencerAfterMs === undefined ? 0 : 1;
  const failAfterMs = [...(scenario.failSequencersAfterMs ?? [])];
  const { afterMs = Number.POSITIVE_INFINITY, forMs = 0 } = scenario.outage ?? {};
  const outageFromMs = scheduler.nowMs + afterMs;

  /** A step, unless the function does not even begin. */
  function step(state: SequencerState): Promise<Answer> {
    const isOut = scheduler.nowMs >= outageFromMs && scheduler.nowMs < outageFromMs + forMs;
    if (isOut) return Promise.resolve({ ok: false, error: 'InvalidSettings' });
    return within(world, ForwardDueEvents.TimeoutSeconds, parts.sequence(state));
  }

  /** @param byHand Started by somebody, under another name than `collect` gives. */
  async function execute(input: SequencerInput, byHand = false): Promise<void> {
    const who = `sequence ${input.generation}${byHand ? ' by hand' : ''}`;
    trace.note(who, () => 'starts');
    let state: SequencerState = input;
    let history = 2;
    let over = false;
    const end = (how: 'succeeded' | 'failed' | 'aborted') => {
      if (over) return;
      over = true;
      trace.note(who, () => how);
      running.splice(running.indexOf(input.generation), 1);
      if (byHand) return;
      starts.end(input, how === 'aborted' ? 'aborted' : 'ended');
      parts.ended(input, how);
    };
    running.push(input.generation);
    const failsAfterMs = byHand ? undefined : failAfterMs.shift();
    if (failsAfterMs !== undefined) scheduler.at(failsAfterMs, () => end('failed'));
    if (aborts-- > 0) scheduler.at(scenario.abortSequencerAfterMs as number, () => end('aborted'));
    while (!over) {
      const retry = retries(ForwardDueEvents.Retry, random);
      let answer = await step(state);
      history += 5;
      while (!answer.ok && !over) {
        const diesToo = scenario.dies?.withExecution && answer.error === 'Runtime.ExitError';
        const delayMs = diesToo ? undefined : retry(answer.error);
        if (delayMs === undefined) return end('failed');
        await scheduler.sleep(delayMs);
        answer = await step(state);
        history += 3;
      }
      if (over || !answer.ok) return;
      const next = answer.value as SequenceAnswer;
      world.checkers.answered(input.generation, next);
      if (next.action === 'done') return end('succeeded');
      if (next.action === 'fail') return end('succeeded');
      const { action, resumeAt, ...goesOn } = next;
      history += 4;
      if (history > MOST_HISTORY_EVENTS) {
        world.checkers.fail('R7', `the history of ${who} is full`);
        return end('failed');
      }
      if (action === 'continueAsNew') {
        await scheduler.sleep(random.integer(10, 200));
        if (over) return;
        const newest = { replay: goesOn.replay, generation: goesOn.generation };
        world.checkers.startsOtherwise(newest, false);
        await starts.start(newest);
        launch();
        return end('succeeded');
      }
      const wholeSecondMs = Math.floor(Date.parse(resumeAt) / 1_000) * 1_000;
      if (action === 'wait') await scheduler.sleep(wholeSecondMs - scheduler.nowMs + random.integer(0, 200));
      else await scheduler.sleep(random.integer(5, 50));
      state = goesOn;
    }
  }

  /** Runs what has been started and does not run yet. */
  function launch(): void {
    for (const input of starts.running) {
      const name = `${input.replay}.${input.generation}`;
      if (known.has(name)) continue;
      known.add(name);
      scheduler.spawn(() => execute(input), random.integer(5, 100));
    }
  }

  return {
    launch,
    startByHand(input: SequencerInput): void {
      world.checkers.startsOtherwise(input, true);
      scheduler.spawn(() => execute(input, true), random.integer(5, 100));
    },
  };
}
