import type { Held } from './held.js';

/** Counts what is in hand, roughly: the text of the message, or else that of the events. */
export class HeldBytes {
  #total = 0;

  constructor(private readonly most: number) {}

  get total(): number {
    return this.#total;
  }

  get areTooMany(): boolean {
    return this.#total > this.most;
  }

  get isHalfFull(): boolean {
    return this.#total > this.most / 2;
  }

  measure(entry: Held): void {
    if (entry.bytes > 0 || !entry.commit) return;
    entry.bytes = entry.size ?? JSON.stringify(entry.commit.events).length;
    this.#total += entry.bytes;
  }

  /** What waits for others keeps its numbers only when there is too much: it can be read from the log. */
  wait(entry: Held): void {
    this.measure(entry);
    if (this.areTooMany && entry.commit) this.letGo(entry);
  }

  letGo(entry: Held): void {
    entry.commit = undefined;
    this.forget(entry);
  }

  forget(entry: Held): void {
    this.#total -= entry.bytes;
    entry.bytes = 0;
  }

  reset(): void {
    this.#total = 0;
  }
}
