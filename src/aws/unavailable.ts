import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { unavailable } from '../core/errors';

type SdkError = Parameters<typeof isTransientError>[0];
type Port = Record<string, (...args: never[]) => Promise<unknown>>;

/**
 * The same port, whose methods tell what passes (`ServiceUnavailable`) from what does not. What passes is what the SDK
 * itself would try again (throttling, timeouts, lost connections), and whatever else AWS answers with 5xx:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function tellingUnavailable<P extends object>(service: string, port: P): P {
  const methods = Object.entries(port as Port).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      try {
        return await method(...args);
      } catch (error) {
        throw passes(error) ? unavailable(service, error) : error;
      }
    },
  ]);
  return Object.fromEntries(methods) as P;
}

function passes(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const told = error as SdkError;
  return isThrottlingError(told) || isTransientError(told) || isServerError(told);
}
