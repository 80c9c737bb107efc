import type { JsonObject } from '../../src/core/json';
import type { Random } from '../../src/local/random';
import collectMachine from '../../statemachines/collect.asl.json';
import type { Actor } from './fate';
import type { Life } from './life';
import type { Turn } from './scheduler';
import { START_MS, strikes, type World } from './world';

/** Errors that no fault of the world around causes: the code is wrong, or asks of a port what it does not promise. */
const NOT_OF_THE_WORLD = ['ContractBroken', 'ReferenceError', 'TypeError', 'SyntaxError'];

/** What a caller is told of a call that Lambda refuses: 429. */
export const REFUSED = 'Lambda.TooManyRequestsException';

/** What the caller of a function is told. */
export type Answer = { ok: true; value: unknown } | { ok: false; error: string };

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

type Handler = (input: unknown, context: LambdaContext) => Promise<unknown>;

export interface FunctionOptions {
  name: Actor | 'consumer';
  timeoutMs: number;
  /** A crashing call dies at one of so many points before, during and after its requests. */
  crashPoints: number;
  /** Runs when an environment starts; what it makes lives as long as the environment. */
  start(life: Life): Handler;
}

interface Environment {
  life: Life;
  handler: Handler;
}

/**
 * A Lambda function and its execution environments.
 *
 * - An environment handles one call after the other, is frozen between them, and what was left over then goes on in
 *   the next call; a new one starts cold:
 *   https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 * - At its timeout a call is killed with its environment; a crash does the same:
 *   https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 * - A call beyond the account's concurrent executions, which all functions share, is refused (429). New accounts start
 *   with few: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * - A call may be refused all the same, and a caller may lose the connection while the function goes on, and call it again:
 *   https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html
 */
export function createFunction(world: World, options: FunctionOptions) {
  const { scheduler, trace, account } = world;
  const random = world.random(`function ${options.name}`);
  const warm: Environment[] = [];

  function environment(): Environment & { startsMs: number } {
    const found = strikes(world, 'coldStart') ? undefined : warm.splice(random.integer(0, warm.length), 1)[0];
    if (found) return { ...found, startsMs: random.integer(1, 20) };
    const { name } = options;
    const life = world.newLife(name, name === 'consumer' ? undefined : name);
    return { life, handler: options.start(life), startsMs: random.integer(100, 1_500) };
  }

  /** @param doomed The call crashes, whatever the chances. */
  return function invoke(input: unknown, doomed = false): Promise<Answer> {
    if (strikes(world, 'lambdaThrottled')) return refuse(world, random);
    if (options.name === 'sequence' && hasNoCapacity(world)) return refuse(world, random);
    if (!account.takes()) return refuse(world, random);
    const { life, handler, startsMs } = environment();
    const zombie = strikes(world, 'zombie');
    if (doomed) life.stopAfter(random.integer(0, 3), 'dies');
    else if (strikes(world, 'crash')) life.stopAfter(random.integer(0, options.crashPoints), 'dies');
    else if (strikes(world, 'hang')) life.stopAfter(random.integer(0, options.crashPoints), 'hangs');
    else life.stopAfter(Number.POSITIVE_INFINITY, 'dies');
    return new Promise((resolve) => {
      let ended = false;
      let timeout: Turn | undefined;
      const end = (answer: Answer) => {
        if (ended) return;
        ended = true;
        account.running--;
        scheduler.cancel(timeout);
        trace.note(life.name, () => `ends: ${answer.ok ? JSON.stringify(answer.value) : answer.error}`);
        if (!life.dead) {
          if (life.appends > 0) world.checkers.fail('contract', 'a call has ended before its appends');
          life.freeze();
          if (random.integer(0, 9) > 0) warm.push({ life, handler });
        }
        scheduler.at(random.integer(1, 10), () => resolve(answer));
      };
      life.died = () => end({ ok: false, error: 'Runtime.ExitError' });
      life.stoodStill = () => scheduler.cancel(timeout);
      scheduler.at(startsMs, () => {
        trace.note(life.name, () => `is called with ${short(input)}`);
        life.thaw();
        const deadlineMs = scheduler.nowMs + options.timeoutMs;
        const context = { getRemainingTimeInMillis: () => deadlineMs - scheduler.nowMs };
        timeout = scheduler.at(options.timeoutMs, () => {
          if (options.name === 'sequence' && !life.stopped) world.checkers.killed();
          life.died = () => end({ ok: false, error: 'Sandbox.Timedout' });
          life.kill();
        });
        if (zombie) {
          scheduler.at(random.integer(0, Math.min(options.timeoutMs, 8_000)), () => {
            if (!ended) trace.note(life.name, () => 'goes on, though its caller is told that it failed');
            resolve({ ok: false, error: 'Lambda.SdkClientException' });
          });
        }
        if (life.point()) return;
        // Not its promise but its life decides whether an end is seen: a dead process returns nothing.
        handler(input, context).then(
          (value) => life.stopped || end({ ok: true, value }),
          (error: Error) => {
            if (NOT_OF_THE_WORLD.includes(error.name)) world.checkers.fail('contract', error.name);
            if (!life.stopped) end({ ok: false, error: error.name });
          },
        );
      });
    });
  };
}

export type LambdaFunction = ReturnType<typeof createFunction>;

/** How a state machine or an event source mapping calls `collect` with some events. */
export type CollectCall = (input: unknown, events: JsonObject[]) => Promise<Answer>;

const COLLECT_STATE_MS = 1_000 * collectMachine.States.Collect.TimeoutSeconds;

/** A call that never reaches its function: its caller waits until about the `TimeoutSeconds` of the state `Collect`. */
export async function callLost(world: World): Promise<Answer> {
  const soonerMs = world.scenario.collectIsSlow ? 0 : world.random('lost calls').integer(0, 300);
  await world.scheduler.sleep(COLLECT_STATE_MS - soonerMs);
  return { ok: false, error: 'Lambda.SdkClientException' };
}

/** Other functions of the account have all that it may run at once. */
function hasNoCapacity({ scheduler, scenario: { noCapacity } }: World): boolean {
  if (!noCapacity) return false;
  const sinceMs = scheduler.nowMs - (START_MS + noCapacity.afterMs);
  return sinceMs >= 0 && sinceMs < noCapacity.forMs;
}

async function refuse({ scheduler }: World, random: Random): Promise<Answer> {
  await scheduler.sleep(random.integer(1, 50));
  return { ok: false, error: REFUSED };
}

function short(input: unknown): string {
  const text = JSON.stringify(input);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
