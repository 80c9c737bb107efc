import { MAX_STANDSTILL_MS, MAX_TRANSIT_MS, type Scenario } from './scenario';

/** As `src/aws/clients.ts` configures every SDK client. */
export const MAX_ATTEMPTS = 4;
export const REQUEST_TIMEOUT_MS = 3_000;
/** How long a request waits in its sender at most, as a rule and where it is slow; and its answer on its way. */
export const MOST_WAIT_MS = 20;
export const MOST_SLOW_WAIT_MS = 9_500;
export const MOST_ANSWER_MS = 40;
/** Before the nth attempt the SDK waits up to twice as long as before the one before it. */
export const MOST_BACKOFF_MS = 100;

/** A host may stand still more than once while it waits for a request. */
const MOST_STANDSTILLS = 4;

/** The longest that one request takes in a scenario, with all its attempts. */
export function longestRequestMs({ faults, refuses, standsStill }: Scenario): number {
  const isRepeated = faults.requestThrottled > 0 || faults.answerLost > 0 || refuses !== undefined;
  const attempts = isRepeated ? MAX_ATTEMPTS : 1;
  const waitMs = faults.slowRequest > 0 ? MOST_SLOW_WAIT_MS : MOST_WAIT_MS;
  const betweenMs = faults.answerLost > 0 ? REQUEST_TIMEOUT_MS : MOST_BACKOFF_MS * 2 ** (MAX_ATTEMPTS - 1);
  const stillMs = faults.standstill > 0 ? MOST_STANDSTILLS * MAX_STANDSTILL_MS : (standsStill?.forMs ?? 0);
  return attempts * (waitMs + MAX_TRANSIT_MS + MOST_ANSWER_MS) + (attempts - 1) * betweenMs + stillMs;
}
