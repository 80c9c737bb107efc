import type { Life } from './life';
import { never } from './life';
import {
  MAX_ATTEMPTS,
  MOST_ANSWER_MS,
  MOST_BACKOFF_MS,
  MOST_SLOW_WAIT_MS,
  MOST_WAIT_MS,
  REQUEST_TIMEOUT_MS,
} from './request-time';
import { MAX_TRANSIT_MS, type SlowRequest } from './scenario';
import { START_MS, strikes, type World } from './world';

/**
 * A request of a process to an AWS service, over the SDK and an adapter of `src/aws`: one that was refused, or had no
 * answer, each time is `unavailable`. `method` is what it is counted as, `name` what is told of it.
 *
 * - It waits in its sender (a socket, a slow connection), then travels. What is on its way arrives, whatever becomes
 *   of its sender, and each effect is atomic.
 * - A service refuses what exceeds its throughput, and the SDK tries again:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
 *   https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 * - An answer may be lost after the effect. The SDK sends the request again, and a conditional write then finds its
 *   own effect: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 * - The sender may die before, on the way, and after.
 */
export async function request<T>(
  world: World,
  life: Life,
  method: string,
  name: () => string,
  effect: () => Promise<T>,
  slow: SlowRequest = { sentAfterMs: 0, onItsWayMs: 0 },
): Promise<T> {
  const { scheduler, requests } = world;
  const network = world.random('network');
  const isRefused = refusal(world, method);
  for (let attempt = 1; ; attempt++) {
    if (life.point()) return never();
    const waitMs = strikes(world, 'slowRequest')
      ? network.integer(100, MOST_SLOW_WAIT_MS)
      : network.integer(0, MOST_WAIT_MS);
    await scheduler.sleep(Math.max(waitMs, slow.sentAfterMs), life);
    requests.set(method, (requests.get(method) ?? 0) + 1);
    const outcome = await send(world, life, name, effect, slow.onItsWayMs, isRefused);
    if (life.point()) return never();
    if (outcome.kind === 'done') return outcome.result;
    if (outcome.kind === 'error') throw outcome.error;
    if (attempt === MAX_ATTEMPTS) throw world.protocol.unavailable(name(), new Error(outcome.kind));
    const backoffMs =
      outcome.kind === 'lost' ? REQUEST_TIMEOUT_MS : network.integer(0, MOST_BACKOFF_MS * 2 ** attempt);
    await scheduler.sleep(backoffMs, life);
  }
}

type Outcome<T> =
  | { kind: 'done'; result: T }
  | { kind: 'error'; error: unknown }
  | { kind: 'throttled' | 'lost' };

function send<T>(
  world: World,
  life: Life,
  name: () => string,
  effect: () => Promise<T>,
  leastTransitMs: number,
  isRefused: () => boolean,
): Promise<Outcome<T>> {
  const { scheduler, trace } = world;
  const network = world.random('network');
  const throttled = strikes(world, 'requestThrottled');
  const lost = strikes(world, 'answerLost');
  return new Promise((resolve) => {
    const arrive = async () => {
      const outcome: Outcome<T> =
        throttled || isRefused()
          ? { kind: 'throttled' }
          : await effect().then(
              (result) => ({ kind: 'done', result }) as const,
              (error) => ({ kind: 'error', error }) as const,
            );
      const answer: Outcome<T> = lost && outcome.kind === 'done' ? { kind: 'lost' } : outcome;
      trace.note(
        life.name,
        () => `${name()} ${told(outcome)}${answer.kind === 'lost' ? ', but the answer is lost' : ''}`,
      );
      scheduler.at(network.integer(1, MOST_ANSWER_MS), () => resolve(answer), life);
    };
    // Dying on the way leaves the request on its way.
    scheduler.at(Math.max(leastTransitMs, network.integer(1, MAX_TRANSIT_MS)), () => {
      arrive().catch((error) => scheduler.fail(error));
      life.point();
    });
  });
}

/** Whether the service refuses a request now, each time that it is sent. */
function refusal({ scenario: { refuses }, scheduler, random }: World, method: string): () => boolean {
  if (!refuses || !method.startsWith(refuses.of)) return () => false;
  const isChosen = refuses.oneIn === 1 || random('refusals').integer(1, refuses.oneIn) === 1;
  const fromMs = START_MS + refuses.fromMs;
  return () => isChosen && scheduler.nowMs >= fromMs && scheduler.nowMs < fromMs + refuses.forMs;
}

function told(outcome: Outcome<unknown>): string {
  if (outcome.kind === 'error') return `fails: ${(outcome.error as Error).message}`;
  if (outcome.kind !== 'done') return outcome.kind;
  const text = JSON.stringify(outcome.result);
  return text === undefined ? '' : `→ ${text.length > 110 ? `${text.slice(0, 110)}…` : text}`;
}
