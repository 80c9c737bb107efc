/** One call of a port's method. */
export interface PortCall {
  port: string;
  method: string;
  args: readonly unknown[];
}

/**
 * Stands around every call of a port. What it throws, the caller of the port gets: before the call nothing has
 * happened, after it the effect is there and the caller does not know. `after` is passed over where the call failed.
 */
export interface Hook {
  before?(call: PortCall): void | Promise<void>;
  after?(call: PortCall, result: unknown): void | Promise<void>;
}

/** The same port with a hook around its methods, all of which must return promises; `except` names those that do not. */
export function intercept<P extends object>(
  port: P,
  name: string,
  hook: Hook,
  except: readonly (keyof P & string)[] = [],
): P {
  const wrapped = new Map<string | symbol, unknown>();
  return new Proxy(port, {
    get(target, method, receiver) {
      const original = Reflect.get(target, method, receiver);
      if (typeof original !== 'function' || (except as readonly unknown[]).includes(method)) return original;
      const known = wrapped.get(method);
      if (known) return known;
      const around = async (...args: unknown[]) => {
        const call = { port: name, method: String(method), args };
        await hook.before?.(call);
        const result = await original.apply(target, args);
        await hook.after?.(call, result);
        return result;
      };
      wrapped.set(method, around);
      return around;
    },
  });
}

/** What a crashed actor's port calls end with. */
export class Crash extends Error {
  override name = 'Crash';
}

/**
 * Kills an actor: of the points before and after its port calls, counted from 0, the given one and all later ones
 * throw. All later ones, because a dead process makes no calls, also not those that it had begun side by side.
 */
export function crashAt(point: number): Hook & { readonly points: number; readonly crashed: boolean } {
  let points = 0;
  const pass = ({ port, method }: PortCall) => {
    if (points++ >= point) throw new Crash(`at ${port}.${method}`);
  };
  return {
    before: pass,
    after: pass,
    /** Points come by so far; with `crashAt(Infinity)`, how many there are to crash at. */
    get points() {
      return points;
    },
    get crashed() {
      return points > point;
    },
  };
}
