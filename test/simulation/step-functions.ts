import type { JsonObject } from '../../src/core/json';
import type { SequencerInput } from '../../src/core/ports';
import type { SequenceAnswer } from '../../src/core/replay/call';
import type { Random } from '../../src/local/random';
import collectMachine from '../../statemachines/collect.asl.json';
import sequenceMachine from '../../statemachines/sequence.asl.json';
import { REPLAY } from '../support/events';
import { at, caught, chosen, type Definition, filled, isAbout, type Retrier, type State } from './asl';
import { type Answer, type CollectCall, type LambdaFunction, REFUSED } from './lambda';
import { strikes, type World } from './world';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MOST_HISTORY_EVENTS = 25_000;

/**
 * Counts a state's retries by its `Retry`: the first retrier that names the error decides, each with its own count.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 *
 * @returns milliseconds until the next attempt (`FULL` jitter: from nothing to the whole interval), or `undefined`.
 */
function retries(retriers: Retrier[], random: Random, isSlow = false): (error: string) => number | undefined {
  const counts = retriers.map(() => 0);
  return (error) => {
    const n = retriers.findIndex((retrier) => isAbout(retrier, error));
    const retrier = retriers[n];
    const count = counts[n] ?? 0;
    if (!retrier || count >= (retrier.MaxAttempts ?? 3)) return undefined;
    counts[n] = count + 1;
    const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** count;
    const mostMs = 1_000 * Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
    return isSlow ? mostMs : random.integer(0, mostMs);
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
  const { scheduler, scenario } = world;
  const random = world.random('express');
  const isSlow = scenario.collectIsSlow === true;
  const { Collect, Park } = collectMachine.States;

  async function execute(event: JsonObject): Promise<void> {
    const startedMs = scheduler.nowMs;
    // The steps between the states take the second that is left for them.
    if (isSlow) await scheduler.sleep(900);
    const retryCollect = retries(Collect.Retry, random, isSlow);
    for (;;) {
      const input = filled(Collect.Parameters, { input: event, context: { Execution: { Input: event } } });
      const answer = await within(world, Collect.TimeoutSeconds, parts.collect(input, [event]));
      if (answer.ok) return;
      const delayMs = retryCollect(answer.error);
      if (delayMs === undefined) break;
      await scheduler.sleep(delayMs);
    }
    const retryPark = retries(Park.Retry, random, isSlow);
    for (;;) {
      const fails = strikes(world, 'parkFails');
      const mostMs = fails ? 1_000 * Park.TimeoutSeconds : 100;
      await scheduler.sleep(fails && isSlow ? mostMs : random.integer(5, mostMs));
      const delayMs = fails ? retryPark('SQS.SqsException') : undefined;
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

/** Changed by mutants; the simulation runs what is deployed. */
export const SEQUENCE_MACHINE: Definition = sequenceMachine;

/**
 * The Standard machine `sequence`: its definition, state by state, each exactly once, as far as Step Functions goes;
 * started idempotently by name while it runs; `Wait` in whole seconds; failed at 25,000 history events.
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
  const { scheduler, starts, trace, scenario, checkers, running } = world;
  const random = world.random('standard');
  const machine = world.protocol.bendMachine?.(SEQUENCE_MACHINE) ?? SEQUENCE_MACHINE;
  const known = new Set<string>();
  let aborts = scenario.abortSequencerAfterMs === undefined ? 0 : 1;
  const failAfterMs = [...(scenario.failSequencersAfterMs ?? [])];
  const { afterMs = Number.POSITIVE_INFINITY, forMs = 0 } = scenario.outage ?? {};
  const outageFromMs = scheduler.nowMs + afterMs;

  /** A step, unless the function does not even begin. */
  function call(state: State, data: unknown): Promise<Answer> {
    const isOut = scheduler.nowMs >= outageFromMs && scheduler.nowMs < outageFromMs + forMs;
    if (isOut) return Promise.resolve({ ok: false, error: 'InvalidSettings' });
    return within(world, state.TimeoutSeconds as number, parts.sequence(data));
  }

  /** @param byHand Started by somebody, under another name than `collect` gives. */
  async function execute(input: SequencerInput, byHand = false): Promise<void> {
    const of = input.replay === REPLAY ? '' : ` of ${input.replay}`;
    const who = `sequence ${input.generation}${of}${byHand ? ' by hand' : ''}`;
    trace.note(who, () => 'starts');
    const context = { Execution: { Input: input } };
    let answer: SequenceAnswer | undefined;
    let data: unknown = input;
    let name = machine.StartAt;
    let history = 2;
    let over = false;
    const end = (how: 'succeeded' | 'failed' | 'aborted') => {
      if (over) return;
      over = true;
      trace.note(who, () => how);
      running.splice(running.indexOf(input), 1);
      if (byHand) return;
      starts.end(input, how === 'aborted' ? 'aborted' : 'ended');
      parts.ended(input, how);
    };
    running.push(input);
    const failsAfterMs = byHand ? undefined : failAfterMs.shift();
    if (failsAfterMs !== undefined) scheduler.at(failsAfterMs, () => end('failed'));

    /** What the function answers, or the integration that starts the next execution. */
    async function attempt(state: State): Promise<Answer> {
      if (!state.Parameters) return call(state, data);
      await scheduler.sleep(random.integer(10, 200));
      // Aborted meanwhile: it starts nobody.
      if (over) return { ok: false, error: 'States.Runtime' };
      return startNext(filled(state.Parameters, { input: data, context }));
    }

    /** A task with its retries; `undefined` where the execution is over meanwhile. */
    async function task(state: State): Promise<Answer | undefined> {
      const retry = retries(state.Retry ?? [], random);
      history += 3;
      for (;;) {
        const found = await attempt(state);
        if (over) return undefined;
        if (found.ok) return found;
        if (scenario.dies?.withExecution && found.error === 'Runtime.ExitError') {
          end('failed');
          return undefined;
        }
        const delayMs = retry(found.error);
        if (delayMs === undefined) return found;
        await scheduler.sleep(delayMs);
        if (over) return undefined;
        history += 3;
      }
    }

    if (aborts-- > 0) scheduler.at(scenario.abortSequencerAfterMs as number, () => end('aborted'));
    while (!over) {
      const state = machine.States[name] as State;
      const scope = { input: data, context };
      history += 2;
      if (history > MOST_HISTORY_EVENTS) {
        checkers.fail('R7', `the history of ${who} is full`);
        return end('failed');
      }
      if (state.Type === 'Task') {
        const found = await task(state);
        if (!found) return;
        if (found.ok && !state.Parameters) {
          answer = found.value as SequenceAnswer;
          checkers.answered(input, answer);
        }
        const then = found.ok
          ? { next: state.Next as string, output: found.value }
          : caught(state, found.error, data);
        if (!then) return end('failed');
        name = then.next;
        data = then.output;
      } else if (state.Type === 'Choice') {
        name = chosen(state, scope);
        // To go on takes a moment.
        if (name === machine.StartAt) await scheduler.sleep(random.integer(5, 50));
      } else if (state.Type === 'Pass') {
        data = filled(state.Parameters ?? {}, scope);
        name = state.Next as string;
      } else if (state.Type === 'Wait') {
        const resumeAtMs = Date.parse(at(state.TimestampPath as string, scope) as string);
        const wholeSecondMs = Math.floor(resumeAtMs / 1_000) * 1_000;
        await scheduler.sleep(wholeSecondMs - scheduler.nowMs + random.integer(0, 200));
        name = state.Next as string;
      } else {
        if (state.Type === 'Succeed') checkGoesOn(input, answer);
        else checkFailure(who, data);
        // A replay that has failed makes its execution fail, and nobody starts another one for it.
        return end(state.Type === 'Succeed' || answer?.action === 'fail' ? 'succeeded' : 'failed');
      }
    }
  }

  async function startNext({ Input }: Record<string, unknown>): Promise<Answer> {
    const outcome = await starts.start(Input as SequencerInput);
    launch();
    if (outcome === 'started') {
      checkers.startsOtherwise(Input as SequencerInput, false);
      return { ok: true, value: {} };
    }
    return { ok: false, error: 'StepFunctions.ExecutionAlreadyExistsException' };
  }

  /** R7: who says that it went on as another one, did. */
  function checkGoesOn({ replay, generation }: SequencerInput, answer: SequenceAnswer | undefined): void {
    if (answer?.action === 'done') return;
    if (starts.running.some((other) => other.replay === replay && other.generation > generation)) return;
    checkers.fail('R7', `sequence ${generation} went on as a new execution, and none is there`);
  }

  /** R7: being throttled is no failure. */
  function checkFailure(who: string, data: unknown): void {
    const { Error: error } = data as { Error?: string };
    if (error === REFUSED) checkers.fail('R7', `${who} has failed because its calls were throttled`);
    if (error === 'ServiceUnavailable')
      checkers.fail('R7', `${who} has failed because a service was unavailable`);
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
