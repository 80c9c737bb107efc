import fc from 'fast-check';
import { unavailable } from '../../../src/core/errors';
import { FIRST_PAGE_EVENTS, LAST_PAGE_EVENTS } from '../../../src/core/limits';
import type { EventBuffer } from '../../../src/core/ports';
import { SealedSetReader } from '../../../src/core/release/merge';
import { type MemoryEventBuffer, memoryEventBuffer } from '../../fakes/event-buffer';
import { SEALED } from '../../support/selections';

interface Stored {
  n: number;
  bucket: number;
  late: boolean;
}

const positionAt = (n: number) => `p${String(n).padStart(6, '0')}`;

async function bufferOf(events: Stored[], json = '{}'): Promise<MemoryEventBuffer> {
  const buffer = memoryEventBuffer();
  for (const { n, bucket, late } of events) {
    await buffer.put(
      { replay: 'r', bucket, position: positionAt(n) },
      { json, late, receivedAtMs: 0, expiresAtMs: 0 },
    );
  }
  buffer.calls.length = 0;
  return buffer;
}

async function readAll(reader: SealedSetReader, onTake = (_: string) => {}): Promise<string[]> {
  const positions: string[] = [];
  for (;;) {
    if (reader.needsFill) await reader.fill();
    const next = reader.peek();
    if (!next) return positions;
    positions.push(next.position);
    reader.take();
    onTake(next.position);
  }
}

const limitsOf = (buffer: MemoryEventBuffer, bucket: number) =>
  buffer.calls.filter(({ args }) => args[1] === bucket).map(({ args }) => args[4]);

const distribution = fc.integer({ min: 1, max: 12 }).chain((buckets) =>
  fc.record({
    buckets: fc.constant(buckets),
    events: fc.uniqueArray(
      fc.record({ n: fc.nat({ max: 2_000 }), bucket: fc.nat({ max: buckets - 1 }), late: fc.boolean() }),
      { selector: ({ n }) => n, maxLength: 150, size: 'max' },
    ),
    after: fc.option(fc.nat({ max: 2_000 }), { nil: undefined }),
  }),
);

test('R2: given any distribution over buckets, then the sealed set is read in order, once, without late events', async () => {
  await fc.assert(
    fc.asyncProperty(distribution, async ({ buckets, events, after }) => {
      const buffer = await bufferOf(events);
      const start = after === undefined ? undefined : positionAt(after);
      const reader = new SealedSetReader(buffer, 'r', buckets, SEALED, start);
      const expected = events.filter(({ n, late }) => !late && (after === undefined || n > after));
      expect(await readAll(reader)).toEqual(expected.map(({ n }) => positionAt(n)).sort());
    }),
  );
});

test('R5: given pages that end early anywhere, as DynamoDB may end them, then the order is the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      distribution,
      fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
      async (drawn, sizes) => {
        const buffer = await bufferOf(drawn.events);
        const ending = {
          ...buffer,
          read(...[set, bucket, selection, after, limit]: Parameters<EventBuffer['read']>) {
            return buffer.read(set, bucket, selection, after, Math.min(limit, sizes.next().value as number));
          },
        };
        const reader = new SealedSetReader(ending, 'r', drawn.buckets, SEALED, undefined);
        const expected = drawn.events.filter(({ late }) => !late).map(({ n }) => positionAt(n));
        expect(await readAll(reader)).toEqual(expected.sort());
      },
    ),
  );
});

test('R2: given late events that arrive while the set is read, then they change nothing', async () => {
  const buffer = await bufferOf([...Array(40).keys()].map((n) => ({ n: n * 2, bucket: n % 3, late: false })));
  const reader = new SealedSetReader(buffer, 'r', 3, SEALED, undefined);
  const late: Promise<unknown>[] = [];
  const positions = await readAll(reader, (position) => {
    const key = { replay: 'r', bucket: late.length % 3, position: `${position}+` };
    late.push(buffer.put(key, { json: '{}', late: true, receivedAtMs: 0, expiresAtMs: 0 }));
  });
  await Promise.all(late);
  expect(positions).toEqual([...Array(40).keys()].map((n) => positionAt(n * 2)));
});

test('given a long bucket, then its pages grow fourfold up to a limit, and one is read only when the last is used up', async () => {
  const events = [...Array(4_000).keys()].map((n) => ({ n, bucket: 0, late: false }));
  const buffer = await bufferOf([...events, { n: 999_999, bucket: 1, late: false }]);
  const reader = new SealedSetReader(buffer, 'r', 2, SEALED, undefined);
  let taken = 0;
  await readAll(reader, () => {
    taken++;
    const asked = (limitsOf(buffer, 0) as number[]).reduce((sum, limit) => sum + limit, 0);
    // Never more than one page of a bucket is held beyond what was taken.
    expect(asked - taken).toBeLessThanOrEqual((limitsOf(buffer, 0) as number[]).at(-1) as number);
  });
  expect(taken).toBe(4_001);
  expect(limitsOf(buffer, 0)).toEqual([4, 16, 64, 256, 1_024, 1_024, 1_024, 1_024]);
  expect(limitsOf(buffer, 1)).toEqual([FIRST_PAGE_EVENTS]);
  expect(LAST_PAGE_EVENTS).toBe(1_024);
});

test('given only the next event is wanted, then no more than the first page of each bucket is asked for', async () => {
  const events = [...Array(3_000).keys()].map((n) => ({ n, bucket: n % 8, late: false }));
  const buffer = await bufferOf(events);
  const reader = new SealedSetReader(buffer, 'r', 8, SEALED, undefined);
  await reader.fill();
  expect(reader.peek()?.position).toBe(positionAt(0));
  expect(buffer.calls.map(({ args }) => args[4])).toEqual(Array(8).fill(FIRST_PAGE_EVENTS));
});

test('given a page of nothing but late events, then the reader goes on behind it', async () => {
  const events = [...Array(30).keys()].map((n) => ({ n, bucket: 0, late: n < 29 }));
  const reader = new SealedSetReader(await bufferOf(events), 'r', 1, SEALED, undefined);
  expect(await readAll(reader)).toEqual([positionAt(29)]);
});

describe('given reads that are unavailable', () => {
  const events = [...Array(64).keys()].map((n) => ({ n, bucket: n, late: false }));
  const unreliable = (buffer: MemoryEventBuffer, fails: (read: number) => unknown): EventBuffer => {
    let reads = 0;
    return {
      ...buffer,
      async read(...query) {
        const error = fails(++reads);
        if (error) throw error;
        return buffer.read(...query);
      },
    };
  };
  const throttled = () => unavailable('DynamoDB', new Error('throttled'));

  test('one in four of 64 buckets, then the pages that came stay, the others are asked for again, and all is read', async () => {
    const buffer = unreliable(await bufferOf(events), (read) => read % 4 === 0 && throttled());
    expect(await readAll(new SealedSetReader(buffer, 'r', 64, SEALED, undefined))).toHaveLength(64);
  });

  test('each of them, then no page is asked for without an end', async () => {
    const buffer = unreliable(await bufferOf(events), throttled);
    await expect(new SealedSetReader(buffer, 'r', 64, SEALED, undefined).fill()).rejects.toMatchObject({
      code: 'ServiceUnavailable',
    });
  });

  test('all but one at a time, then it is given up after some attempts', async () => {
    const buffer = unreliable(await bufferOf(events), (read) => read % 32 > 0 && throttled());
    await expect(new SealedSetReader(buffer, 'r', 64, SEALED, undefined).fill()).rejects.toMatchObject({
      code: 'ServiceUnavailable',
    });
  });

  test('by a fault that does not pass, then it is thrown at once', async () => {
    const fault = new TypeError('no such table');
    let failures = 0;
    const buffer = unreliable(await bufferOf(events), (read) => read === 5 && ++failures && fault);
    await expect(new SealedSetReader(buffer, 'r', 64, SEALED, undefined).fill()).rejects.toBe(fault);
    expect(failures).toBe(1);
  });
});
