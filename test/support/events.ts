import fc from 'fast-check';
import type { JsonObject } from '../../src/core/json';

export const REPLAY = 'replay-1';
/** Time of the first second of every generated replay. */
export const WINDOW_START_MS = Date.parse('2026-11-01T00:00:00Z');

/** An event as EventBridge replays it. */
export function envelope(changes: JsonObject = {}): JsonObject {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'Order Placed',
    source: 'shop.orders',
    account: '111122223333',
    time: '2026-11-01T00:00:00Z',
    region: 'eu-central-1',
    resources: [],
    'replay-name': REPLAY,
    detail: { orderId: 'o-1' },
    ...changes,
  };
}

/** What decides an event's place: the tests' own view of it. */
export interface Sketch {
  id: string;
  /** Seconds after the window's start. */
  second: number;
  sequence: number | string | null | undefined;
  key: string;
  /** So much text is in it besides. */
  paddingBytes?: number;
}

export function eventOf({ id, second, sequence, key, paddingBytes }: Sketch): JsonObject {
  const time = new Date(WINDOW_START_MS + second * 1_000).toISOString().replace('.000', '');
  const padding = paddingBytes && { padding: '-'.repeat(paddingBytes) };
  return envelope({
    id,
    time,
    detail: { orderId: key, ...(sequence !== undefined && { sequence }), ...padding },
  });
}

/**
 * The original order, decided on its own: by second, then by sequence as a number, those without one first, then by
 * the bytes of the id.
 */
export function originalOrder(a: Sketch, b: Sketch): number {
  return a.second - b.second || sequenceOrder(a, b) || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}

function sequenceOrder(a: Sketch, b: Sketch): number {
  const [x, y] = [a.sequence ?? undefined, b.sequence ?? undefined];
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
  return Number(x) - Number(y);
}

const id = fc.oneof(
  fc.uuid(),
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
);
const sequence = fc.oneof(
  fc.constantFrom(undefined, null),
  fc.integer({ min: -3, max: 12 }),
  fc.integer({ min: -3, max: 12 }).map(String),
  fc.double({ min: -2, max: 2, noNaN: true }),
);

/** Sets of distinct events: many in one second, few or many lanes. */
export function eventSet(options: {
  maxLength: number;
  spanSeconds?: number;
  lanes?: number;
}): fc.Arbitrary<Sketch[]> {
  const { maxLength, spanSeconds = 8, lanes = 5 } = options;
  const sketch = fc.record({
    id,
    second: fc.nat({ max: spanSeconds }),
    sequence,
    key: fc.nat({ max: lanes - 1 }).map((n) => `key-${n}`),
  });
  return fc.uniqueArray(sketch, { selector: (each) => each.id, maxLength, minLength: 1, size: 'max' });
}

/** Indices of all events in any order, some of them more than once. */
export function arrival(length: number): fc.Arbitrary<number[]> {
  const again = fc.array(fc.nat({ max: length - 1 }), { maxLength: Math.ceil(length / 3) });
  return again.chain((more) => {
    const all = [...Array(length).keys(), ...more];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
}
