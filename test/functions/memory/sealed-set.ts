import { randomBytes } from 'node:crypto';
import { parseInstant } from '../../../src/core/event/instant';
import { formatPosition } from '../../../src/core/event/position';

/** A sealed set that is generated. Events are all due at once, spread over lanes, and of one size and ratio. */
export interface SealedSet {
  replay: string;
  buckets: number;
  events: number;
  /** Of each event as JSON. */
  eventBytes: number;
  /** How many times smaller an event is when it is deflated, about; 1 for one that cannot be deflated. */
  ratio: number;
  /** Text that a JavaScript string holds with two bytes a character. */
  wide?: boolean;
}

/** More than are appended to at once. */
const LANES = 40;
const TIME = parseInstant('2026-11-20T12:00:00Z')?.text as string;

export function positionAt(n: number): string {
  return formatPosition({ time: TIME, tiebreaker: '', id: String(n).padStart(9, '0') });
}

/** The texts that the events of the set have, in turn. */
export function textsOf({ eventBytes, ratio, wide = false }: SealedSet): string[] {
  return Array.from({ length: LANES }, (_, n) => {
    const head = `{"id":"${n}","detail":{"key":"lane-${n}","text":"${wide ? 'ü漢' : ''}`;
    const bytes = eventBytes - Buffer.byteLength(head) - 3;
    // Base64 deflates to three quarters by itself.
    const noisy = ratio === 1 ? bytes : Math.floor((bytes * 4) / 3 / ratio);
    const noise = randomBytes(bytes).toString('base64').slice(0, Math.min(noisy, bytes));
    return `${head}${noise}${'x'.repeat(Math.max(0, bytes - noise.length))}"}}`;
  });
}
