import { Crash, type Hook, type PortCall } from '../../fakes/intercept';
import type { World } from '../../fakes/world';
import type { Chance } from '../../support/chance';

interface Sleeper {
  atMs: number;
  /** Decides between those that wake at the same time. */
  turn: number;
  wake: () => void;
}

/** Milliseconds that a port call travels. */
export type Latency = (call: PortCall, way: 'there' | 'back') => number;

/** A simulation that takes more turns than this will never end. */
const MOST_TURNS = 400_000;

/**
 * Many actors at once on a virtual clock. Each runs until it sleeps, and a port call sleeps before and after its
 * effect; whoever is to wake first goes on, so every interleaving of port calls can come up, and a seed repeats it.
 */
export function createSimulation(world: World, chance: Chance) {
  const sleepers: Sleeper[] = [];
  const failures: unknown[] = [];
  const beforeTurn: (() => void)[] = [];

  function sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      sleepers.push({ atMs: world.clock.now() + ms, turn: chance.upTo(1_000_000), wake });
    });
  }

  /** Starts an actor; what it throws ends the simulation, unless it is a crash. */
  function spawn(actor: () => Promise<unknown>): void {
    sleep(0)
      .then(actor)
      .catch((error) => {
        if (!(error instanceof Crash)) failures.push(error);
      });
  }

  function takeNext(): Sleeper | undefined {
    let first = 0;
    for (let n = 1; n < sleepers.length; n++) {
      const [a, b] = [sleepers[n] as Sleeper, sleepers[first] as Sleeper];
      if (a.atMs < b.atMs || (a.atMs === b.atMs && a.turn < b.turn)) first = n;
    }
    return sleepers.splice(first, 1)[0];
  }

  return {
    sleep,
    spawn,
    /** Called before every turn. */
    beforeTurn,
    /** Each port call takes a while on its way there and on its way back. */
    travelling(latencyMs: Latency): Hook {
      return {
        before: (call) => sleep(latencyMs(call, 'there')),
        after: (call) => sleep(latencyMs(call, 'back')),
      };
    },
    /**
     * Calls a function that is killed after a time. Its calls go through the hook that it gets: a killed function
     * makes none any more.
     */
    async callWithTimeout<T>(timeoutMs: number, call: (life: Hook) => Promise<T>): Promise<T> {
      let killed = false;
      const check = () => {
        if (killed) throw new Crash('killed');
      };
      const timeout = sleep(timeoutMs).then(() => {
        killed = true;
        throw new Crash('timed out');
      });
      return Promise.race([call({ before: check, after: check }), timeout]);
    },
    /** Runs until nobody is asleep. */
    async run(): Promise<void> {
      for (let turn = 0; turn < MOST_TURNS; turn++) {
        // All that is not asleep comes first.
        await new Promise(setImmediate);
        if (failures.length > 0) throw failures[0];
        for (const each of beforeTurn) each();
        const next = takeNext();
        if (!next) return;
        world.clock.set(Math.max(world.clock.now(), next.atMs));
        next.wake();
      }
      throw new Error('The simulation never ends.');
    },
  };
}

export type Simulation = ReturnType<typeof createSimulation>;
