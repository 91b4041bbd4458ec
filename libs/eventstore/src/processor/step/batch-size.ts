/**
 * How long the transaction of a batch should take: short enough for other writers and the event loop, long enough that its fixed costs do not
 * show. The wait for other writers does not count: smaller batches would only wait more often.
 */
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
  readonly #initial: number;
  #inTransactions = 0;

  constructor(options: BatchOptions = {}) {
    this.#max = options.max ?? 10_000;
    this.#target = options.targetDuration ?? 25;
    this.#initial = Math.min(options.initial ?? 500, this.#max);
    this.#current = this.#initial;
  }

  get current(): number {
    return this.#current;
  }

  /** A transaction of the batch at hand took so many milliseconds. */
  spent(milliseconds: number): void {
    this.#inTransactions += milliseconds;
  }

  /**
   * Without a `duration` it is that of its transactions. `readIn`: how long the log took for it. It keeps a batch from growing beyond the
   * first one's size, and does not make it smaller: a log that is a round trip away would not answer sooner.
   */
  applied(batch: { looked: number; events: number; duration?: number; readIn?: number }): void {
    const { looked, events, duration = this.#inTransactions, readIn = 0 } = batch;
    this.#inTransactions = 0;
    const slow = duration > this.#target * 2;
    const reading = this.#current < this.#initial ? 0 : readIn;
    const quick = duration + reading < this.#target / 2;
    const full = looked >= this.#current;
    if (slow || events > MANY_EVENTS) this.#shrink();
    else if (quick && full && events * 2 <= MANY_EVENTS)
      this.#current = Math.min(this.#max, this.#current * 2);
  }

  failed(): void {
    this.#shrink();
  }

  #shrink(): void {
    this.#current = Math.max(1, Math.floor(this.#current / 2));
  }
}
