import { JMESPathError, search } from '@aws-lambda-powertools/jmespath';

/**
 * The value at a JMESPath; `refused` where a function of the path does not take what the event has.
 *
 * A path that is also a name of JavaScript (`detail.constructor`) finds a function where the event has nothing.
 */
export function valueAt(path: string, event: unknown): { value: unknown } | 'refused' {
  try {
    const value: unknown = search(path, event as never);
    return { value: typeof value === 'function' ? undefined : value };
  } catch (error) {
    if (error instanceof JMESPathError) return 'refused';
    throw error;
  }
}
