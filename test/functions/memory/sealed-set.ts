import { randomBytes } from 'node:crypto';
import { parseInstant } from '../../../src/core/event/instant';
import { formatPosition } from '../../../src/core/event/position';

/** What the events of a set are like, all of them. */
export interface Shape {
  buckets: number;
  /** Of each event as JSON. */
  eventBytes: number;
  /** How many times smaller an event is when it is deflated, about; 1 for one that cannot be deflated. */
  ratio: number;
  /** Text that a JavaScript string holds with two bytes a character. */
  wide?: boolean;
}

/** A sealed set that is generated. Its events are all due at once, and spread over lanes. */
export interface SealedSet extends Shape {
  replay: string;
  events: number;
}

/** A set of about so much text. */
export function setOf(shape: Shape, bytes: number): SealedSet {
  return { ...shape, replay: 'r', events: Math.ceil(bytes / shape.eventBytes) };
}

/** More than are appended to at once. */
const LANES = 40;
const TIME = parseInstant('2026-11-20T12:00:00Z')?.text as string;

export function positionAt(n: number): string {
  return formatPosition({ time: TIME, tiebreaker: '', id: String(n).padStart(9, '0') });
}

/** The texts that the events of the set have, in turn. */
export function textsOf({ eventBytes, ratio, wide = false }: Shape): string[] {
  return Array.from({ length: LANES }, (_, n) => {
    const head = `{"id":"${n}","detail":{"key":"lane-${n}","text":"${wide ? 'ü漢' : ''}`;
    const bytes = eventBytes - Buffer.byteLength(head) - 3;
    // Base64 deflates to three quarters by itself.
    const noisy = ratio === 1 ? bytes : Math.floor((bytes * 4) / 3 / ratio);
    const noise = randomBytes(bytes).toString('base64').slice(0, Math.min(noisy, bytes));
    return `${head}${noise}${'x'.repeat(Math.max(0, bytes - noise.length))}"}}`;
  });
}
