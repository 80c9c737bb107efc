/** A path that is also a name of JavaScript (`detail.constructor`) finds a function where the event has nothing. */
export function withoutFunctions(value: unknown): unknown {
  return typeof value === 'function' ? undefined : value;
}
