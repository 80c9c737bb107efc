import { Crash, type Hook, type PortCall } from '../../fakes/intercept';

/** Hooks inside each other, the first one outermost: its `before` comes first and its `after` last. */
export function nest(...hooks: (Hook | undefined)[]): Hook {
  const present = hooks.filter((hook) => hook !== undefined);
  return {
    async before(call) {
      for (const hook of present) await hook.before?.(call);
    },
    async after(call, result) {
      for (const hook of [...present].reverse()) await hook.after?.(call, result);
    },
  };
}

/**
 * Crashes at some of the points before and after port calls, counted over all actors that have a hook from here. The
 * actor whose call it is dies: all its later calls throw, too.
 */
export function crashPlan(points: Iterable<number> = []) {
  const deadly = new Set(points);
  let passed = 0;
  return {
    /** Points come by so far: how many there are to crash at. */
    get passed() {
      return passed;
    },
    /** A hook for one life of one actor. */
    actor(): Hook {
      let dead = false;
      const pass = ({ port, method }: PortCall) => {
        if (!dead && deadly.has(passed++)) dead = true;
        if (dead) throw new Crash(`at ${port}.${method}`);
      };
      return { before: pass, after: pass };
    },
  };
}

export type CrashPlan = ReturnType<typeof crashPlan>;

/** Stops an actor at one of the points before and after its port calls, until it is let go on. */
export function freezeAt(point: number) {
  let passed = 0;
  let thaw = () => {};
  let tellFrozen = () => {};
  const thawed = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  const frozen = new Promise<void>((resolve) => {
    tellFrozen = resolve;
  });
  const pass = () => {
    if (passed++ !== point) return undefined;
    tellFrozen();
    return thawed;
  };
  return { hook: { before: pass, after: pass } satisfies Hook, frozen, thaw: () => thaw() };
}
