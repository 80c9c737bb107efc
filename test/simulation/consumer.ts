import type { Context, ReplayableEvent } from '../../src/consumer';
import { CONSUMER } from './consumer-checker';
import { createFunction } from './lambda';
import { never } from './life';
import { strikes, type World } from './world';

const TIMEOUT_MS = 30_000;

/**
 * The user's function behind the published wrapper: each event takes it a while, and it may fail, hang until its
 * timeout, crash around any event, or fail on one event for ever.
 */
export function consumer(world: World) {
  const { scenario, scheduler, protocol, checkers, trace } = world;
  const random = world.random('handler');
  return createFunction(world, {
    name: 'consumer',
    timeoutMs: TIMEOUT_MS,
    crashPoints: 12,
    start(life) {
      const handler = protocol.orderedReplay(
        async (event: ReplayableEvent, _context, delivery) => {
          if (life.point()) return never();
          if (!delivery) throw new Error('The wrapper gave no delivery.');
          trace.note(
            life.name,
            () => `begins ${delivery.run}#${delivery.orderingKey}/${delivery.offset} ${event.id}`,
          );
          checkers.consumerBegins(delivery, event);
          await scheduler.sleep(random.integer(1, strikes(world, 'handlerSlow') ? 9_000 : 60), life);
          if (event.id === scenario.poison) {
            world.poisonings++;
            throw new Error('poison');
          }
          if (strikes(world, 'handlerHangs')) return never();
          if (strikes(world, 'handlerFails')) throw new Error('not now');
          checkers.consumerHandled(delivery);
          if (life.point()) return never();
          return undefined;
        },
        { consumer: CONSUMER },
      );
      return (input, context: Context) => handler(input as never, context);
    },
  });
}
