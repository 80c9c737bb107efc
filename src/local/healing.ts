import { setTimeout as delay } from 'node:timers/promises';
import type { AsyncInvocations } from './async-invocation';
import { LOCAL_HEAL_EVERY_MS } from './local-settings';
import type { Execution } from './state-machine';

/** Calls the function `heal` as the two rules of `serverless.yml` do. */
export function healing(heal: AsyncInvocations, signal: AbortSignal) {
  async function keepLooking(): Promise<void> {
    for (;;) {
      await delay(LOCAL_HEAL_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      heal.accept({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    }
  }

  return {
    keepLooking,
    /** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
    executionFailed({ arn, name, status }: Execution): void {
      heal.accept({
        source: 'aws.states',
        'detail-type': 'Step Functions Execution Status Change',
        detail: { executionArn: arn, name, status },
      });
    },
  };
}
