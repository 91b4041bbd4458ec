import type { Settle } from './held.js';

/** What is in hand under one signal. */
interface Underway {
  readonly signal: AbortSignal;
  count: number;
}

/** The promises given to the bus, until they are settled. Each signal is listened to once: message after message may come under one. */
export class Receipts {
  readonly #underway = new Map<AbortSignal, Underway>();
  #latest: Underway | undefined;

  constructor(private readonly lost: (signal: AbortSignal) => void) {}

  give(signal: AbortSignal, resolve: () => void, reject: (error: unknown) => void): Settle {
    const underway = this.#latest?.signal === signal ? this.#latest : this.#underwayOf(signal);
    underway.count += 1;
    return new Receipt(this, underway, resolve, reject);
  }

  leave(underway: Underway): void {
    underway.count -= 1;
    if (underway.count === 0) this.#forget(underway.signal);
  }

  close(): void {
    for (const signal of [...this.#underway.keys()]) this.#forget(signal);
  }

  #underwayOf(signal: AbortSignal): Underway {
    let underway = this.#underway.get(signal);
    if (!underway) {
      underway = { signal, count: 0 };
      this.#underway.set(signal, underway);
      signal.addEventListener('abort', this.#aborted, { once: true });
    }
    this.#latest = underway;
    return underway;
  }

  #forget(signal: AbortSignal): void {
    this.#underway.delete(signal);
    if (this.#latest?.signal === signal) this.#latest = undefined;
    signal.removeEventListener('abort', this.#aborted);
  }

  readonly #aborted = (event: Event): void => {
    const signal = event.target as AbortSignal;
    this.#forget(signal);
    this.lost(signal);
  };
}

/** A class, since there is one for each message: closures would take as long as all else that is done with it here. */
class Receipt implements Settle {
  readonly #receipts: Receipts;
  readonly #underway: Underway;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  constructor(receipts: Receipts, underway: Underway, resolve: () => void, reject: (error: unknown) => void) {
    this.#receipts = receipts;
    this.#underway = underway;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get signal(): AbortSignal {
    return this.#underway.signal;
  }

  acknowledge(): void {
    this.#receipts.leave(this.#underway);
    this.#resolve();
  }

  giveBack(error: unknown): void {
    this.#receipts.leave(this.#underway);
    this.#reject(error);
  }
}
