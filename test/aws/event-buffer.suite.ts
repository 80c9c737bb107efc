import fc from 'fast-check';
import { MAX_EVENT_BYTES } from '../../src/core/limits';
import type { BufferedEvent, BufferKey, EventBuffer, Selection } from '../../src/core/ports';
import { byteOrder } from '../fakes/byte-order';
import { EVERYTHING, SEALED } from '../support/selections';
import { freshName } from './fresh-name';
import { noise } from './noise';

const RECEIVED_AT_MS = 1_763_640_000_007;

const ODD_POSITIONS = [
  '#',
  '##',
  'a#b',
  '~~~',
  ' leading blank',
  'quote"back\\slash',
  'new\nline',
  'ümlaut',
  '漢字',
  '\uffff last of its plane',
  '😀 beyond it',
  `long ${'x'.repeat(1_019)}`,
];

/** What every `EventBuffer` does. */
export function eventBufferSuite(open: () => Promise<{ buffer: EventBuffer; close(): Promise<void> }>): void {
  let buffer: EventBuffer;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ buffer, close } = await open());
  });
  afterAll(() => close());

  const put = (key: BufferKey, json = '{}', late = false) =>
    buffer.put(key, { json, late, receivedAtMs: RECEIVED_AT_MS, expiresAtMs: 1_764_000_000_000 });
  const freshKey = (position = '2026-11-20T12:00:00.000000000Z##1'): BufferKey => ({
    replay: freshName(),
    bucket: 0,
    position,
  });

  /** Reads a bucket page by page, and checks each page against its limit. */
  async function readAll(
    { replay, bucket }: Omit<BufferKey, 'position'>,
    limit: number,
    after?: string,
    selection = EVERYTHING,
  ) {
    const events: (Omit<BufferedEvent, 'json' | 'heldBytes'> & { json: string })[] = [];
    for (let from = after, pages = 0; ; pages++) {
      const page = await buffer.read(replay, bucket, selection, from, limit);
      expect(page.events.length).toBeLessThanOrEqual(limit);
      events.push(...page.events.map(({ heldBytes, json, ...event }) => ({ ...event, json: json() })));
      if (page.upTo === undefined) return { events, pages: pages + 1 };
      expect(byteOrder(page.upTo, from ?? '')).toBe(1);
      from = page.upTo;
    }
  }

  /** Counts a bucket page by page. */
  async function countAll({ replay, bucket }: Omit<BufferKey, 'position'>, selection = SEALED) {
    let [events, pages] = [0, 0];
    for (let from: string | undefined; ; pages++) {
      const page = await buffer.count(replay, bucket, selection, from);
      events += page.events;
      if (page.upTo === undefined) return { events, pages: pages + 1 };
      from = page.upTo;
    }
  }

  test('an event that is put under a free key is stored as it is', async () => {
    const key = freshKey();
    const json = JSON.stringify({
      detail: { text: '😀 "quoted" \\ back\u2028slash\n', lone: '\ud800', zero: '\0' },
    });
    expect(await put(key, json)).toBe('stored');
    const { events } = await readAll(key, 10);
    expect(events).toEqual([
      { position: key.position, json, late: false, duplicates: 0, receivedAtMs: RECEIVED_AT_MS },
    ]);
  });

  test('an event whose key is taken is told of the one that is there, which stays', async () => {
    const key = freshKey();
    await put(key, '{"n":1}');
    expect(await put(key, '{"n":2}', true)).toEqual({ existing: { late: false, lateCounted: false } });
    expect((await readAll(key, 10)).events).toMatchObject([{ json: '{"n":1}', late: false }]);
  });

  test('a late event is read as late, and put again it is told whether it was counted', async () => {
    const key = freshKey();
    expect(await put(key, '{}', true)).toBe('stored');
    expect((await readAll(key, 10)).events).toMatchObject([{ late: true }]);
    expect(await put(key, '{}', true)).toEqual({ existing: { late: true, lateCounted: false } });
    await buffer.markLateCounted(key);
    await buffer.markLateCounted(key);
    expect(await put(key, '{}', true)).toEqual({ existing: { late: true, lateCounted: true } });
  });

  test('given the same key put many times at once, then exactly one is stored', async () => {
    const key = freshKey();
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => put(key, `{"n":${n}}`)));
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    const winner = outcomes.indexOf('stored');
    expect((await readAll(key, 10)).events).toMatchObject([{ json: `{"n":${winner}}` }]);
  });

  test('duplicates are counted, also many at once', async () => {
    const key = freshKey();
    await put(key, '{"n":1}');
    await Promise.all(Array.from({ length: 15 }, () => buffer.addDuplicate(key)));
    expect((await readAll(key, 10)).events).toMatchObject([{ json: '{"n":1}', duplicates: 15 }]);
  });

  test('marks on an event that is not there are refused, and none is made of them', async () => {
    const key = freshKey();
    await expect(buffer.addDuplicate(key)).rejects.toThrow();
    await expect(buffer.markLateCounted(key)).rejects.toThrow();
    expect(await readAll(key, 10)).toEqual({ events: [], pages: 1 });
    expect(await countAll(key)).toMatchObject({ events: 0 });
  });

  test('an empty bucket has no events, and no more', async () => {
    expect(await buffer.read(freshName(), 7, SEALED, undefined, 10)).toEqual({ events: [] });
    expect(await buffer.read(freshName(), 7, SEALED, 'somewhere', 10)).toEqual({ events: [] });
  });

  test('events are read by position, byte by byte, whatever characters it has', async () => {
    const key = freshKey();
    for (const position of ODD_POSITIONS) await put({ ...key, position }, JSON.stringify({ position }));
    const expected = [...ODD_POSITIONS].sort(byteOrder);
    const { events } = await readAll(key, 5);
    expect(events.map(({ position }) => position)).toEqual(expected);
    expect(events.map(({ json }) => JSON.parse(json).position)).toEqual(expected);
    for (const [n, position] of expected.entries()) {
      const rest = await readAll(key, 100, position);
      expect(rest.events.map((event) => event.position)).toEqual(expected.slice(n + 1));
    }
  });

  test('for every limit, the pages of a bucket give each event once, in order', async () => {
    const key = freshKey();
    const positions = Array.from({ length: 12 }, (_, n) => `p${String((n * 5) % 12).padStart(2, '0')}`);
    for (const position of positions) await put({ ...key, position });
    for (let limit = 1; limit <= 13; limit++) {
      const { events } = await readAll(key, limit);
      expect(events.map(({ position }) => position)).toEqual([...positions].sort());
    }
  });

  test('reading starts behind the given position, whether an event is there or not', async () => {
    const key = freshKey();
    for (const position of ['a', 'b', 'd']) await put({ ...key, position });
    const after = async (position: string) =>
      (await buffer.read(key.replay, key.bucket, SEALED, position, 10)).events.map((event) => event.position);
    expect(await after('b')).toEqual(['d']);
    expect(await after('bb')).toEqual(['d']);
    expect(await after('d')).toEqual([]);
  });

  test('given any events in any order, then they are read by position from any of them on', async () => {
    const positionsOf = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 12,
      selector: (position) => position.toWellFormed(),
    });
    await fc.assert(
      fc.asyncProperty(
        positionsOf,
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        async (positions, pick, limit) => {
          const key = freshKey();
          const wellFormed = positions.map((position) => position.toWellFormed());
          await Promise.all(wellFormed.map((position) => put({ ...key, position })));
          const expected = wellFormed.sort(byteOrder);
          const from = pick % expected.length;
          const { events } = await readAll(key, limit, expected[from]);
          expect(events.map(({ position }) => position)).toEqual(expected.slice(from + 1));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('counting goes on behind the given position, whether an event is there or not', async () => {
    const key = freshKey();
    for (const position of ['a', 'b', 'd', 'e']) await put({ ...key, position }, '{}', position === 'e');
    const after = (position: string) => buffer.count(key.replay, key.bucket, SEALED, position);
    expect(await after('a')).toEqual({ events: 2 });
    expect(await after('c')).toEqual({ events: 1 });
    expect(await after('d')).toEqual({ events: 0 });
    expect(await after('x')).toEqual({ events: 0 });
  });

  test('what a page holds of an event is known before its text is asked for', async () => {
    const key = freshKey();
    const json = JSON.stringify({ detail: noise(300 * 1_024) });
    await put(key, json);
    const { events } = await buffer.read(key.replay, key.bucket, SEALED, undefined, 1);
    expect(events[0]?.heldBytes).toBeGreaterThan(200 * 1_024);
    expect(events[0]?.heldBytes).toBeLessThanOrEqual(json.length);
    expect([events[0]?.json(), events[0]?.json()]).toEqual([json, json]);
  });

  test('replays and buckets are kept apart, however alike their names', async () => {
    const replay = freshName();
    const places = [
      { replay, bucket: 1 },
      { replay, bucket: 10 },
      { replay: `${replay}1`, bucket: 1 },
      { replay: `${replay}.1`, bucket: 0 },
    ];
    for (const [n, place] of places.entries()) await put({ ...place, position: 'p' }, `{"n":${n}}`);
    for (const [n, place] of places.entries()) {
      expect((await readAll(place, 10)).events).toMatchObject([{ json: `{"n":${n}}` }]);
      expect(await countAll(place)).toMatchObject({ events: 1 });
    }
  });

  test('late events are read and counted by whoever asks for them', async () => {
    const key = freshKey();
    for (let n = 0; n < 9; n++) await put({ ...key, position: `p${n}` }, '{}', n % 3 === 0);
    expect(await countAll(key)).toMatchObject({ events: 6 });
    expect(await countAll(key, EVERYTHING)).toMatchObject({ events: 9 });
    const read = async (selection: Selection) =>
      (await readAll(key, 4, undefined, selection)).events.map(({ late }) => late);
    expect(await read(EVERYTHING)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => n % 3 === 0));
    expect(await read(SEALED)).toEqual(Array(6).fill(false));
    expect(await read({ sealed: false, late: {} })).toEqual(Array(3).fill(true));
  });

  test('given any events, places and instants, then what is read and counted is what is selected of them', async () => {
    const second = fc.nat(9);
    const stored = fc.uniqueArray(fc.record({ place: fc.nat(9), late: fc.boolean(), receivedAt: second }), {
      selector: ({ place }) => place,
      maxLength: 10,
    });
    const place = fc.option(fc.nat(9), { nil: undefined });
    const wanted = fc.record({ first: place, last: place, after: place, lateAfter: place, lateUpTo: place });
    const kinds = fc.constantFrom('sealed', 'late', 'both');
    await fc.assert(
      fc.asyncProperty(
        stored,
        wanted,
        kinds,
        fc.integer({ min: 1, max: 4 }),
        async (events, want, kind, limit) => {
          const key = freshKey();
          const at = (n: number) => `2026-11-20T12:00:0${n}.000000000Z##id`;
          const receivedAtMs = (n: number) => 1_763_640_000_000 + n;
          for (const each of events) {
            const times = { receivedAtMs: receivedAtMs(each.receivedAt), expiresAtMs: 1_764_000_000_000 };
            await buffer.put({ ...key, position: at(each.place) }, { json: '{}', late: each.late, ...times });
          }
          const { first, last, after, lateAfter, lateUpTo } = want;
          const selection: Selection = {
            ...(first !== undefined && { first: at(first) }),
            ...(last !== undefined && { last: at(last) }),
            sealed: kind !== 'late',
            ...(kind !== 'sealed' && {
              late: {
                ...(lateAfter !== undefined && { afterMs: receivedAtMs(lateAfter) }),
                ...(lateUpTo !== undefined && { upToMs: receivedAtMs(lateUpTo) }),
              },
            }),
          };
          const expected = events
            .filter(
              (each) => each.place >= (first ?? 0) && each.place <= (last ?? 9) && each.place > (after ?? -1),
            )
            .filter(({ late, receivedAt }) =>
              late
                ? kind !== 'sealed' && receivedAt > (lateAfter ?? -1) && receivedAt <= (lateUpTo ?? 9)
                : kind !== 'late',
            )
            .map((each) => at(each.place))
            .sort();
          const from = after === undefined ? undefined : at(after);
          const read = await readAll(key, limit, from, selection);
          expect(read.events.map(({ position }) => position)).toEqual(expected);
          const counted = await buffer.count(key.replay, key.bucket, selection, from);
          expect(counted).toEqual({ events: expected.length });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('the largest event there may be fits, at the longest position', async () => {
    const key = freshKey('x'.repeat(1_024));
    const json = JSON.stringify({ detail: noise(MAX_EVENT_BYTES - 13) });
    expect(Buffer.byteLength(json)).toBe(MAX_EVENT_BYTES);
    expect(await put(key, json, true)).toBe('stored');
    await buffer.addDuplicate(key);
    await buffer.markLateCounted(key);
    const { events } = await readAll(key, 10);
    expect(events).toEqual([
      { position: key.position, json, late: true, duplicates: 1, receivedAtMs: RECEIVED_AT_MS },
    ]);
  });

  test('given more than a page of 1 MB, then reading and counting go on to the end', async () => {
    const key = freshKey();
    const json = JSON.stringify({ detail: noise(390 * 1_024) });
    for (let n = 0; n < 6; n++) await put({ ...key, position: `p${n}` }, json);
    const { events, pages } = await readAll(key, 1_000);
    expect(events.map(({ position }) => position)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5']);
    expect(pages).toBeGreaterThan(1);
    const counted = await countAll(key);
    expect(counted.events).toBe(6);
    expect(counted.pages).toBeGreaterThan(1);
  });
}
