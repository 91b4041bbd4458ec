import type { Timers } from '@varve/eventstore';

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** A clock and timers that stand still until the test moves them. */
export class ManualTime implements Timers {
  readonly #timers = new Set<Timer>();
  #now: number;

  /** `start`: in milliseconds, of the epoch where dates matter. */
  constructor(start = 1_000) {
    this.#now = start;
  }

  readonly clock = (): number => this.#now;
  readonly date = (): Date => new Date(this.#now);

  get pending(): number {
    return this.#timers.size;
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.#now + milliseconds, work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves the clock without letting a timer fire, as for a process that is asleep. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Moves the clock and fires what is due, in order. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (let next = this.#due(until); next; next = this.#due(until)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.work();
    }
    this.#now = until;
  }

  #due(until: number): Timer | undefined {
    return [...this.#timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
  }
}
