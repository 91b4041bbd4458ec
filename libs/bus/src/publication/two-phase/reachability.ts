const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/**
 * Remembers that the broker did not answer, so that during an outage not every command waits for a time-out of its own: after a failure
 * nobody asks for a while, then one does.
 */
export class Reachability {
  readonly #clock: () => number;
  #failures = 0;
  #quietUntil = -Infinity;
  #lastError: unknown;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  /** Whether it is worth asking. Whoever is told so after a failure is the only one until the answer is there. */
  mayAsk(): boolean {
    if (this.#failures === 0) return true;
    const now = this.#clock();
    if (now < this.#quietUntil) return false;
    this.#quietUntil = now + this.#pause();
    return true;
  }

  answered(): void {
    this.#failures = 0;
  }

  failed(error: unknown): void {
    this.#failures += 1;
    this.#lastError = error;
    this.#quietUntil = this.#clock() + this.#pause();
  }

  #pause(): number {
    return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures - 1, 10));
  }
}
