import type { JsonObject } from '../src/core/json';
import { createRandom, type Random } from '../src/local/random';

export const REPLAY = 'tuesday-again';
export const FIRST_EVENT_MS = Date.parse('2026-10-14T09:30:00Z');
/** Where the events say in which order those of one second happened. */
export const TIEBREAKER = 'detail.sequence';

/** Where a thousand lanes are made by an ordering key, so many customers have orders. */
export const CUSTOMERS = 1_000;

const NAMES = 'Oak chair,Desk lamp,Wool rug,Bookcase,Mirror,Side table,Wall clock,Stool'.split(',');
const STATUSES = ['created', 'paid', 'packed', 'shipped', 'delivered'];

export interface EventSetOptions {
  count: number;
  /** Size of each event's JSON text, envelope included. */
  bytes: number;
  perSecond: number;
  seed?: number;
  /** `orders`: ids, names and prices. `noise`: a detail that cannot be deflated, the worst that can come. */
  content?: 'orders' | 'noise';
}

/** Events as EventBridge replays them, in the order they happened; `time` has whole seconds, as there. */
export function makeEvents(options: EventSetOptions): JsonObject[] {
  const { count, bytes, perSecond, seed = 1, content = 'orders' } = options;
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, sequence) => {
    const atMs = FIRST_EVENT_MS + Math.floor(sequence / perSecond) * 1_000;
    const event = {
      version: '0',
      id: random.uuid(),
      'detail-type': 'Order Changed',
      source: 'com.example.shop',
      account: '123456789012',
      time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
      region: 'us-east-1',
      resources: [],
      'replay-name': REPLAY,
      detail: { sequence },
    };
    const room = bytes - Buffer.byteLength(JSON.stringify(event));
    return {
      ...event,
      detail: { sequence, ...(content === 'orders' ? order(room, random) : noise(room, random)) },
    };
  });
}

/** About as many members as fit, the rest filled up with hexadecimal digits. */
function order(room: number, random: Random): JsonObject {
  const detail: JsonObject = {};
  const items: JsonObject[] = [];
  const left = () => room - JSON.stringify(detail).length + 1;
  const add = (name: string, value: unknown) => {
    detail[name] = value;
    if (left() < 12) delete detail[name];
  };
  add('status', STATUSES[random.integer(0, STATUSES.length - 1)]);
  add('customer', random.uuid());
  add('address', {
    street: `${random.integer(1, 400)} ${random.uuid().slice(0, 8)} Street`,
    city: 'Seattle',
  });
  add('items', items);
  while (detail.items && left() > 150) {
    items.push({
      sku: random.uuid(),
      name: NAMES[random.integer(0, NAMES.length - 1)],
      quantity: random.integer(1, 9),
      price: random.integer(100, 99_999) / 100,
    });
  }
  return { ...detail, ref: digits(left() - 9, random) };
}

function noise(room: number, random: Random): JsonObject {
  const bytes = Buffer.from(Array.from({ length: Math.max(0, room) }, () => random.integer(0, 255)));
  return { ref: bytes.toString('base64').slice(0, Math.max(0, room - 9)) };
}

function digits(length: number, random: Random): string {
  let text = '';
  while (text.length < length) text += random.uuid().replaceAll('-', '');
  return text.slice(0, Math.max(0, length));
}
