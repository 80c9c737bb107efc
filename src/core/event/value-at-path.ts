import { JMESPathError, search } from '@aws-lambda-powertools/jmespath';
import { isObject } from '../json';

/** A path of plain names, as almost all are: `detail.orderId`. */
const PLAIN_NAMES = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/**
 * The value at a JMESPath; `refused` where a function of the path does not take what the event has.
 *
 * A path that is also a name of JavaScript (`detail.constructor`) finds a function where the event has nothing.
 */
export function valueAt(path: string, event: unknown): { value: unknown } | 'refused' {
  try {
    const value: unknown = PLAIN_NAMES.test(path) ? stepTo(path, event) : search(path, event as never);
    return { value: typeof value === 'function' ? undefined : value };
  } catch (error) {
    if (error instanceof JMESPathError) return 'refused';
    throw error;
  }
}

/** What JMESPath gives for names with dots between them, in a tenth of the time: each event needs it. */
function stepTo(path: string, event: unknown): unknown {
  let value = event;
  for (const name of path.split('.')) value = isObject(value) && name in value ? value[name] : null;
  return value;
}
