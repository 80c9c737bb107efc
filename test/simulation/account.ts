/** The concurrent executions of an account, shared by all its functions. */
export class Account {
  running = 0;
  /** Calls that it refused. */
  refused = 0;
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Takes one more if there is room. */
  takes(): boolean {
    if (this.running >= this.#most) {
      this.refused++;
      return false;
    }
    this.running++;
    return true;
  }
}
