import { TransactionTooLongError } from '../../../index.js';

/**
 * After its limit a step sends no more rows. By two clocks: that which never goes back stands still while a machine sleeps. What `removeTombstones`
 * takes away is so much older that no step can be under way which does not know of it.
 */
export class StepClock {
  readonly #begun: { readonly ticks: number; readonly at: number };

  constructor(
    private readonly processor: string,
    /** Milliseconds. */
    private readonly limit: number,
    private readonly now: () => Date,
  ) {
    this.#begun = { ticks: performance.now(), at: now().getTime() };
  }

  /** @throws TransactionTooLongError */
  assertInTime(): void {
    const ticks = performance.now() - this.#begun.ticks;
    const time = this.now().getTime() - this.#begun.at;
    if (Math.max(ticks, time) >= this.limit) throw new TransactionTooLongError(this.processor, this.limit);
  }
}
