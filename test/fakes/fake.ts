import { type Hook, intercept, type PortCall } from './intercept';
import type { TimeToLive } from './time-to-live';

/** What every fake has besides its port's methods. */
export interface Controls<P> {
  /** All calls so far, failed ones included. */
  readonly calls: PortCall[];
  /**
   * Makes the next calls of a method fail.
   *
   * @param options `after`: the call has its effect and fails then, as a lost response does; `times`: 1 by default.
   */
  failNext(method: keyof P & string, options?: { after?: boolean; times?: number; error?: Error }): void;
}

export interface FakeOptions {
  /** False for long runs, whose calls would fill the memory. */
  recordCalls?: boolean;
  /** For tables whose items vanish some time after they have expired; without it nothing does. */
  timeToLive?: TimeToLive;
}

interface Fault {
  method: string;
  after: boolean;
  times: number;
  error: Error;
}

/** Adds the controls to an in-memory port. `extras` are for the tests' eyes; neither recorded nor failing. */
export function fake<P extends object, X extends object>(
  name: string,
  port: P,
  extras: X,
  { recordCalls = true }: FakeOptions = {},
): P & X & Controls<P> {
  const calls: PortCall[] = [];
  const faults: Fault[] = [];
  const trip = (method: string, after: boolean) => {
    const fault = faults.find((each) => each.method === method && each.after === after && each.times > 0);
    if (!fault) return;
    fault.times--;
    throw fault.error;
  };
  const hook: Hook = {
    before(call) {
      if (recordCalls) calls.push(call);
      trip(call.method, false);
    },
    after: (call) => trip(call.method, true),
  };
  const controls: Controls<P> = {
    calls,
    failNext(method, { after = false, times = 1, error = new Error(`${name}.${method} fails`) } = {}) {
      faults.push({ method, after, times, error });
    },
  };
  const intercepted = intercept(port, name, hook);
  const methods = Object.fromEntries(
    Object.keys(port).map((key) => {
      const method = key as keyof P;
      const plain = port[method] as (...args: unknown[]) => unknown;
      const watched = intercepted[method] as (...args: unknown[]) => unknown;
      return [key, (...args: unknown[]) => (recordCalls || faults.length > 0 ? watched : plain)(...args)];
    }),
  ) as P;
  // Getters among the extras stay getters.
  return Object.defineProperties(
    { ...methods, ...controls },
    Object.getOwnPropertyDescriptors(extras),
  ) as never;
}

/** A caller that breaks a port's contract, where the real store would refuse or, worse, would not. */
export class ContractBroken extends Error {
  override name = 'ContractBroken';
}

export function demand(holds: boolean, contract: string): asserts holds {
  if (!holds) throw new ContractBroken(contract);
}
