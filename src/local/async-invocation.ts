import { setTimeout as delay } from 'node:timers/promises';
import { type HostedFunction, invokeFunction } from './function-host';

/** Lambda waits one minute, then two; here it is a story that is told in seconds. */
const RETRY_AFTER_MS = [100, 200];

export interface AsyncInvocations {
  /** Takes the event, as Lambda's queue does: whatever becomes of it, the caller has done its part. */
  accept(event: unknown): void;
  /** Resolves when every event that was accepted is handled or dropped. */
  ended(): Promise<void>;
}

/**
 * Lambda's asynchronous invocation, which is how an EventBridge rule calls a function: an event that fails is tried
 * twice more and then dropped.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 *
 * @param dropped told of an event that failed three times, with its last error.
 * @param signal ends the waiting between attempts; the event is dropped unheard of then.
 */
export function asyncInvocations(
  hosted: HostedFunction,
  { dropped, signal }: { dropped: (event: unknown, error: unknown) => void; signal: AbortSignal },
): AsyncInvocations {
  const running = new Set<Promise<void>>();

  async function invoke(event: unknown): Promise<void> {
    for (const pauseMs of [...RETRY_AFTER_MS, undefined]) {
      try {
        await invokeFunction(hosted, event);
        return;
      } catch (error) {
        if (pauseMs === undefined) return dropped(event, error);
      }
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  return {
    accept(event) {
      const invocation = invoke(event).finally(() => running.delete(invocation));
      running.add(invocation);
    },
    async ended() {
      await Promise.all(running);
    },
  };
}
