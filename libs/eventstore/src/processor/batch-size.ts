/** How long a batch should take, from its read to its commit: short enough for other writers and the event loop, long enough that its fixed costs do not show. */
export interface BatchOptions {
  /** Commits in the first batch. Default 500. */
  readonly initial?: number;
  /** The most commits in a batch, up to 10,000, which is the default. */
  readonly max?: number;
  /** What a batch should take, in milliseconds. Default 25. */
  readonly targetDuration?: number;
}

/** Beyond this a batch does not grow, however quick it is: its events are all in memory at once. */
const MANY_EVENTS = 50_000;

/** Doubles while full batches are quick, halves when they are slow, large or failing. */
export class BatchSize {
  #current: number;
  readonly #max: number;
  readonly #target: number;

  constructor(options: BatchOptions = {}) {
    this.#max = options.max ?? 10_000;
    this.#target = options.targetDuration ?? 25;
    this.#current = Math.min(options.initial ?? 500, this.#max);
  }

  get current(): number {
    return this.#current;
  }

  /**
   * `readIn`: how long the log took for it. It keeps a batch from growing and does not make it smaller: a log that is a round trip away would
   * not answer sooner.
   */
  applied(batch: { looked: number; events: number; duration: number; readIn?: number }): void {
    const slow = batch.duration > this.#target * 2;
    const quick = batch.duration + (batch.readIn ?? 0) < this.#target / 2;
    const full = batch.looked >= this.#current;
    if (slow || batch.events > MANY_EVENTS) this.#shrink();
    else if (quick && full && batch.events * 2 <= MANY_EVENTS)
      this.#current = Math.min(this.#max, this.#current * 2);
  }

  failed(): void {
    this.#shrink();
  }

  #shrink(): void {
    this.#current = Math.max(1, Math.floor(this.#current / 2));
  }
}
