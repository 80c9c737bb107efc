import fc from 'fast-check';
import {
  type Delivery,
  type DynamoDBStreamEvent,
  orderedReplay,
  type ReplayableEvent,
} from '../../src/consumer';
import { positionOf } from '../../src/core/collect/place';
import { parseEvent } from '../../src/core/event/envelope';
import { type Append, contextWith, orderEvent, sequenceNumberOf, streamOf } from '../support/stream-batch';

const TIEBREAKER = 'detail.sequence';

beforeAll(() => {
  jest.spyOn(console, 'error').mockImplementation();
  jest.spyOn(console, 'warn').mockImplementation();
});

interface Replay {
  events: ReplayableEvent[];
  batch: DynamoDBStreamEvent;
  /** The index of each event's record in the batch. */
  recordOf: number[];
}

/** A few lanes, appended to in groups of any size, with deletions of old lanes in between. */
const replays = (minEvents: number): fc.Arbitrary<Replay> =>
  fc
    .array(fc.record({ orderingKey: fc.constantFrom('', 'A', 'B', 'B#2'), size: fc.nat({ max: 4 }) }), {
      minLength: 1,
      maxLength: 12,
    })
    .filter((groups) => groups.some(({ size }) => size >= minEvents))
    .map((groups) => {
      const events: ReplayableEvent[] = [];
      const recordOf: number[] = [];
      const appends: Append[] = groups.map(({ orderingKey, size }, index) => {
        const own = Array.from({ length: size }, (_, n) => orderEvent(events.length + n));
        events.push(...own);
        recordOf.push(...own.map(() => index));
        return { orderingKey, events: own };
      });
      return { events, batch: streamOf(appends, TIEBREAKER), recordOf };
    });

const failingReplays = replays(1).chain((replay) =>
  fc.record({ replay: fc.constant(replay), failing: fc.nat({ max: replay.events.length - 1 }) }),
);

test('for any lanes, groups and failing event: those before it are handled in order, those after it not at all', async () => {
  await fc.assert(
    fc.asyncProperty(failingReplays, async ({ replay: { events, batch, recordOf }, failing }) => {
      const handled: string[] = [];
      const answer = await orderedReplay(async ({ id }) => {
        await null;
        handled.push(id);
        if (id === events[failing]?.id) throw new Error('poison');
      })(batch, contextWith());
      expect(handled).toEqual(events.slice(0, failing + 1).map(({ id }) => id));
      expect(answer).toEqual({
        batchItemFailures: [{ itemIdentifier: sequenceNumberOf(batch.Records[recordOf[failing] as number]) }],
      });
    }),
  );
});

test('for any lanes and groups: each event comes as it was, with the position the service gave it and the next offset of its lane', async () => {
  await fc.assert(
    fc.asyncProperty(replays(0), async ({ events, batch }) => {
      const handled: ReplayableEvent[] = [];
      const deliveries: Delivery[] = [];
      await orderedReplay((event, _context, delivery) => {
        handled.push(event);
        deliveries.push(delivery as Delivery);
      })(batch, contextWith());
      expect(handled).toEqual(events);
      expect(deliveries.map(({ position }) => position)).toEqual(
        events.map((event) => positionOf(parseEvent(event), { tiebreaker: TIEBREAKER })),
      );
      const next = new Map<string, number>();
      for (const { orderingKey, offset } of deliveries) {
        expect(offset).toBe(next.get(orderingKey) ?? 0);
        next.set(orderingKey, offset + 1);
      }
    }),
  );
});

test('for any failures and deadlines: delivering again from the reported record handles every event, first times in order', async () => {
  const interruptions = fc.array(fc.nat({ max: 3 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      replays(0),
      interruptions,
      interruptions,
      async ({ events, batch }, failuresLeft, callBudgets) => {
        const failures = [...failuresLeft];
        const budgets = [...callBudgets];
        const handled: string[] = [];
        const wrapped = orderedReplay(({ id }) => {
          const n = events.findIndex((event) => event.id === id);
          if ((failures[n] ?? 0) > 0) {
            failures[n] = (failures[n] ?? 0) - 1;
            throw new Error('not yet');
          }
          handled.push(id);
        });
        let rest = batch.Records;
        while (rest.length > 0) {
          // Each call has time for some events, and in the end for all that are left.
          const affordable = budgets.shift() ?? Number.POSITIVE_INFINITY;
          let looks = 0;
          const context = { getRemainingTimeInMillis: () => (looks++ < affordable ? 300_000 : 0) };
          const answer = (await wrapped({ Records: rest }, context)) as {
            batchItemFailures: { itemIdentifier: string }[];
          };
          const [reported] = answer.batchItemFailures;
          if (!reported) break;
          const from = rest.findIndex((record) => sequenceNumberOf(record) === reported.itemIdentifier);
          expect(from).not.toBe(-1);
          rest = rest.slice(from);
        }
        expect([...new Set(handled)]).toEqual(events.map(({ id }) => id));
      },
    ),
  );
});
