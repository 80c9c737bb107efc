import { createHash } from 'node:crypto';

/** So many are counted exactly, and what is held takes 512 bytes at most: 128 hashes of four, or 1,024 registers. */
export const MOST_EXACT = 127;

const HASH_DIGITS = 8;
/** So many hashes there are. Where somebody has typed that every register is full, the estimate would have no end. */
const MOST_ESTIMATED = 2 ** 32;
const REGISTER_BITS = 10;
const REGISTERS = 2 ** REGISTER_BITS;
/** As much as a hexadecimal digit holds: enough for tens of millions. */
const MOST_RANK = 15;
/** Kept in memory so that a text that comes often is hashed once. */
const MOST_KNOWN = 1_000;

/**
 * Counts different texts in bounded memory. Up to `MOST_EXACT` it keeps a hash of each; beyond that it is a HyperLogLog of
 * 1,024 registers, whose standard error is 3.3%. What was added before changes nothing, and the order does not matter.
 *
 * The estimate is Ertl's, which needs no correction tables: https://arxiv.org/abs/1702.01284 (algorithm 6).
 */
export class DistinctCount {
  readonly #known = new Set<string>();
  #hashes: Set<number> | undefined;
  readonly #registers = new Uint8Array(REGISTERS);
  #held: { count: number; text: string } | undefined;

  /** @param text What another one had as `text`. */
  constructor(text = '') {
    if (text.length === REGISTERS) {
      for (const [n, digit] of [...text].entries()) this.#registers[n] = Number.parseInt(digit, 16);
    } else {
      this.#hashes = new Set(text.match(/.{8}/g)?.map((hash) => Number.parseInt(hash, 16)));
    }
  }

  add(text: string): void {
    if (this.#known.has(text)) return;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(text);
    const hash = createHash('sha256').update(text).digest().readUInt32BE(0);
    if (this.#hashes) this.#addHash(this.#hashes, hash);
    else this.#raise(hash);
  }

  get count(): number {
    return this.#hold().count;
  }

  /** Hexadecimal: all that another one needs to go on. */
  get text(): string {
    return this.#hold().text;
  }

  #addHash(hashes: Set<number>, hash: number): void {
    hashes.add(hash);
    this.#held = undefined;
    if (hashes.size <= MOST_EXACT) return;
    this.#hashes = undefined;
    for (const each of hashes) this.#raise(each);
  }

  #raise(hash: number): void {
    const register = hash >>> (32 - REGISTER_BITS);
    const rank = Math.min(Math.clz32(hash << REGISTER_BITS) + 1, MOST_RANK);
    if ((this.#registers[register] as number) >= rank) return;
    this.#registers[register] = rank;
    this.#held = undefined;
  }

  #hold(): { count: number; text: string } {
    this.#held ??= this.#hashes
      ? { count: this.#hashes.size, text: [...this.#hashes].map(hexadecimal).join('') }
      : {
          count: estimate(this.#registers),
          text: Array.from(this.#registers, (rank) => rank.toString(16)).join(''),
        };
    return this.#held;
  }
}

function hexadecimal(hash: number): string {
  return hash.toString(16).padStart(HASH_DIGITS, '0');
}

function estimate(registers: Uint8Array): number {
  const having: number[] = Array(MOST_RANK + 1).fill(0);
  for (const rank of registers) having[rank] = (having[rank] as number) + 1;
  const share = (rank: number) => (having[rank] as number) / REGISTERS;
  let sum = REGISTERS * tau(1 - share(MOST_RANK));
  for (let rank = MOST_RANK - 1; rank >= 1; rank--) sum = (sum + (having[rank] as number)) / 2;
  sum += REGISTERS * sigma(share(0));
  return Math.round(Math.min(REGISTERS ** 2 / (2 * Math.LN2 * sum), MOST_ESTIMATED));
}

/** What the registers that are empty add. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [power, weight, sum, before] = [share, 1, share, -1];
  while (sum !== before) {
    power *= power;
    before = sum;
    sum += power * weight;
    weight *= 2;
  }
  return sum;
}

/** What the registers that are full add. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [root, weight, sum, before] = [share, 1, 1 - share, -1];
  while (sum !== before) {
    root = Math.sqrt(root);
    before = sum;
    weight /= 2;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
