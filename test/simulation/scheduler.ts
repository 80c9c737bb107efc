import type { Random } from '../../src/local/random';

/** Whoever a turn belongs to: runs it, keeps it for later or drops it. */
export interface Owner {
  enter(run: () => void): void;
}

export interface Turn {
  readonly atMs: number;
  /** Drawn: decides between turns at the same millisecond. */
  readonly tie: number;
  readonly number: number;
  /** Absent once it has been called off. */
  run: (() => void) | undefined;
}

/** What a run may take: one that takes more will never end. */
const MOST_TURNS = 100_000;
const TURNS_A_ROUND = 64;

/**
 * Virtual time. One turn after the other: the clock jumps to the next one, it runs, and everything that it set going
 * comes to rest before the one after it. No turn depends on how promises are scheduled, so a seed repeats a run.
 */
export class Scheduler {
  nowMs: number;
  turns = 0;
  readonly #random: Random;
  readonly #heap: Turn[] = [];
  readonly #mostTurns: number;
  #numbers = 0;
  #stopped = false;
  #failure: { error: unknown } | undefined;

  constructor(startMs: number, random: Random, mostTurns = MOST_TURNS) {
    this.nowMs = startMs;
    this.#random = random;
    this.#mostTurns = mostTurns;
  }

  /** Runs something later, by its owner if it has one. */
  at(delayMs: number, run: () => void, owner?: Owner): Turn {
    const turn: Turn = {
      atMs: this.nowMs + Math.max(0, delayMs),
      tie: this.#random.integer(0, 1_000_000),
      number: this.#numbers++,
      run: owner ? () => owner.enter(run) : run,
    };
    push(this.#heap, turn);
    return turn;
  }

  /** Calls a turn off, as a timeout of what has ended. */
  cancel(turn: Turn | undefined): void {
    if (turn) turn.run = undefined;
  }

  sleep(ms: number, owner?: Owner): Promise<void> {
    return new Promise((resolve) => this.at(ms, resolve, owner));
  }

  /** Starts something that goes on by itself; it must not fail. */
  spawn(task: () => Promise<unknown>, delayMs = 0): void {
    this.at(delayMs, () => {
      task().catch((error) => this.fail(error));
    });
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stopped = true;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Until nothing is left to do, somebody stops it, or it has taken too many turns: false for the last. */
  async run(): Promise<boolean> {
    while (!this.#stopped && this.#heap.length > 0 && this.turns <= this.#mostTurns) await this.#round();
    if (this.#failure) throw this.#failure.error;
    return this.turns <= this.#mostTurns;
  }

  /**
   * Node.js runs every promise that can go on between two callbacks of `setImmediate`, so each of these is one turn
   * and what it set going. Many at once, because a round of the event loop costs more than a turn.
   */
  #round(): Promise<void> {
    for (let n = 0; n < TURNS_A_ROUND; n++) setImmediate(this.#takeTurn);
    return new Promise((resolve) => setImmediate(resolve));
  }

  readonly #takeTurn = (): void => {
    let turn: Turn | undefined;
    do turn = this.#stopped ? undefined : pop(this.#heap);
    while (turn && !turn.run);
    if (!turn?.run || ++this.turns > this.#mostTurns) return;
    this.nowMs = turn.atMs;
    try {
      turn.run();
    } catch (error) {
      this.fail(error);
    }
  };
}

function before(a: Turn, b: Turn): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.tie === b.tie ? a.number < b.number : a.tie < b.tie;
}

function push(heap: Turn[], turn: Turn): void {
  let place = heap.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!before(turn, heap[parent] as Turn)) break;
    heap[place] = heap[parent] as Turn;
    place = parent;
  }
  heap[place] = turn;
}

function pop(heap: Turn[]): Turn | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Turn, heap[child] as Turn)) child++;
    if (before(last, heap[child] as Turn)) break;
    heap[place] = heap[child] as Turn;
    place = child;
  }
  heap[place] = last;
  return first;
}
