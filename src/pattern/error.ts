/** A message quotes at most this much of the offending value. */
const MAX_QUOTED_CHARS = 100;

/**
 * A pattern that EventBridge would refuse, with the name that its API gives the error. The message says what is
 * allowed, where in the pattern the fault is, and what stands there.
 */
export class InvalidEventPatternError extends Error {
  override readonly name = 'InvalidEventPatternException';

  constructor(reason: string, at: string, value: unknown, options?: ErrorOptions) {
    const quoted = (JSON.stringify(value) ?? String(value)).slice(0, MAX_QUOTED_CHARS);
    super(`Event pattern is not valid. Reason: ${reason}; ${at} is ${quoted}`, options);
  }
}
