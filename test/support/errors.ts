import { OrderedReplayError } from '../../src/core/errors';

/** The error that a function throws, which must be one of the service's. */
export function errorOf(throwing: () => unknown): OrderedReplayError {
  try {
    throwing();
  } catch (error) {
    if (error instanceof OrderedReplayError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** The same for a promise that is rejected. */
export async function rejectionOf(promise: Promise<unknown>): Promise<OrderedReplayError> {
  const settled = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return errorOf(() => {
    if (settled) throw settled.error;
  });
}
